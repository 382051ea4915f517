// How heavy a guest's page is, and what it lets in.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/weight-and-policies.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';

import { url } from '../program.mjs';
import { stop } from './stack.mjs';
import { PHONE, WECHAT_PAY, expiredLink, finish, guest, open, startForGuests, takeBack } from './visit.mjs';
import { LANGUAGES } from './words.mjs';

// The most that a guest's page may weigh on its way, in bytes.
const HEAVIEST = 10_240;

let expired;
before(() => startForGuests(async () => { expired = await expiredLink(); }));
after(stop);

guest('the page is one request, light, and silent', PHONE, async ({ context, page, path }) => {
  const requests = [];
  const messages = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => messages.push(message.text()));
  for (const language of LANGUAGES) {
    const address = `${url + path}?lang=${language}`;
    requests.length = 0;
    const reply = await page.goto(address, { waitUntil: 'networkidle' });
    const { responseBodySize } = await reply.request().sizes();
    const compressed = gzipSync(await reply.body(), { level: 9 }).length;
    // As it is sent, and as small as something in between can compress it.
    for (const weight of [responseBodySize, compressed]) {
      assert.ok(weight <= HEAVIEST, `The page in ${language} weighs ${weight} bytes.`);
    }
    assert.deepEqual(requests, [address]);
    assert.deepEqual(messages, []);
  }
});

guest('no page lets in what is not its own', PHONE, async ({ page, path }) => {
  const replies = {
    'the form': await open(page, path),
    'the receipt': await open(page, `${path}/receipt`),
    'not a link': await open(page, `/s/${'A'.repeat(32)}`),
    'an expired link': await open(page, expired),
  };
  await open(page, path);
  replies['thanks'] = await finish(page);
  replies['thanks after a reload'] = await page.reload();
  replies['already answered'] = await open(page, `${path}?end=answered`);
  replies['taken back'] = await takeBack(page);
  for (const [name, reply] of Object.entries(replies)) {
    const policy = reply.headers()['content-security-policy'];
    const directives = Object.fromEntries(policy.split(';').map((part) => part.trim().split(/ (.*)/s)));
    const { 'default-src': others, 'frame-ancestors': frames } = directives;
    assert.equal(others, "'none'", name);
    assert.doesNotMatch(policy, /unsafe|\*|data:|http:/, name);
    assert.equal(frames, name === 'the receipt' ? WECHAT_PAY : "'none'", name);
    for (const what of ['script-src', 'style-src']) {
      if (directives[what]) assert.match(directives[what], /^'sha256-[A-Za-z0-9+/]{43}='$/, `${name}: ${what}`);
    }
  }
});
