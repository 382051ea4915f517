// A guest comes from the receipt that WeChat Pay shows in a frame.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/receipt.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { url } from '../program.mjs';
import { browser, follow, newSurvey, stop } from './stack.mjs';
import {
  DINE_IN, ONE, PHONE, WECHAT_PAY, assertStored, finish, guest, newStore, open, soon, startForGuests,
} from './visit.mjs';

before(() => startForGuests());
after(stop);

guest('out of a frame the receipt leads to the survey', PHONE, async ({ page, store, path }) => {
  await open(page, `${path}/receipt`);
  await follow(page, () => page.locator('.out').tap());
  assert.equal(new URL(page.url()).pathname, path);
  await finish(page);
  await assertStored(store, ONE);
});

/** A page of another site that has an address of the stack in a frame. The site is not asked: this is all there is. */
async function frame(context, page, site, path) {
  // A browser asks before a site reaches into the network that it is used in, and this machine is in it.
  await context.grantPermissions(['local-network-access'], { origin: site });
  await context.route(`${site}/**`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<script>const told = []; onmessage = ({ data, origin }) => told.push([origin, JSON.parse(data)])</script>
        <iframe src="${url + path}"></iframe>`,
    }),
  );
  await page.goto(`${site}/`);
  return page.frames()[1];
}

guest("in WeChat Pay's frame the receipt is shown, and asks for the way out", PHONE, async ({
  context, page, path,
}) => {
  const receipt = await frame(context, page, WECHAT_PAY, `${path}/receipt`);
  const told = (n) =>
    soon(async () => {
      const messages = await page.evaluate(() => told);
      assert.equal(messages.length, n);
      return messages[n - 1];
    });
  assert.deepEqual(await told(1), [url, { action: 'onIframeReady', displayStyle: 'SHOW_CUSTOM_PAGE' }]);
  await receipt.locator('.out').click();
  assert.deepEqual(await told(2), [url, { action: 'jumpOut', jumpOutUrl: `${url + path}?lang=en` }]);
  // The way out is WeChat's to take.
  assert.equal(page.url(), `${WECHAT_PAY}/`);
});

const store = newStore(DINE_IN);
test('no other frame shows the receipt, and none the survey', { timeout: 30_000 }, async () => {
  for (const [site, end] of [['https://example.org', '/receipt'], [WECHAT_PAY, ''], ['https://example.org', '']]) {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      await frame(context, page, site, `${await newSurvey(store)}${end}`);
      await refused;
    } finally {
      await context.close();
    }
  }
});
