// A guest writes what might be taken for something else: markup, quotes, emoji, characters that nobody sees. Also
// questions with names that a script uses.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/writing.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { assertRecorded, issue, send } from '../program.mjs';
import { sent, signIn, stop } from './stack.mjs';
import {
  CLOBBER, CONDITIONS, NOTHING, ONE, PHONE, TOO_MUCH, assertStored, end, filledIn, finish, finishWithTooMuch, guest,
  open, pick, shown, startForGuests, submissionOn, submit,
} from './visit.mjs';

before(() => startForGuests());
after(stop);

const COMMENTS = {
  'markup and quotes': `<script>alert(1)</script>"><img src=x onerror=alert(2)> 'a' "b" &amp; \`c\` </textarea>`,
  'emoji and right-to-left': '👩‍👩‍👧 🇨🇳 مرحبا بالعالم \u202eabc\u202c 你好',
  '500 characters of four bytes': '🥟'.repeat(500),
  'lines': '第一行\n\n第三行\n\t缩进',
};
for (const [what, comment] of Object.entries(COMMENTS)) {
  guest(`${what} come back as they were typed`, PHONE, async ({ page, store, path }) => {
    await open(page, path);
    await finish(page, { why: comment });
    await assertStored(store, { ...ONE, comments: [comment] });

    // Five at a time are shown.
    for (let others = 0; others < 4; others += 1) {
      const { link } = await issue(store);
      assert.equal(await send(`/s/${link}`, { nps: 9, csat: 5 }), 201);
    }
    await signIn(page);
    await open(page, `/reports/store/${store}.html`);
    const shown = page.locator('.comment p:not(.note)');
    assert.deepEqual(await shown.evaluateAll((texts) => texts.map(({ textContent }) => textContent)), [comment]);
    assert.equal(await page.locator('script, img').count(), 0);
  });
}

guest('the counter counts an emoji as one, and cuts at the most', { ...PHONE, survey: CONDITIONS }, async ({
  page, store, path,
}) => {
  await open(page, path);
  await pick(page, 'nps', 0);
  const field = page.locator('#sorry');
  const counter = page.locator('[data-id=sorry] .counter');
  assert.equal(await counter.innerText(), '0 / 10');
  await field.focus();
  await page.keyboard.insertText('好🥟🥟');
  assert.equal(await counter.innerText(), '3 / 10');
  await page.keyboard.insertText('🥟'.repeat(9));
  assert.equal(await counter.innerText(), '10 / 10');
  assert.equal(await field.inputValue(), '好' + '🥟'.repeat(9));
  // An input's own limit counts an emoji as two, and would let twenty letters in.
  await field.fill('');
  await page.keyboard.insertText('abcdefghijklmno');
  assert.equal(await counter.innerText(), '10 / 10');
  assert.equal(await field.inputValue(), 'abcdefghij');
  await field.fill('🥟'.repeat(12));
  await sent(page, () => submit(page));
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 0: 1 }, comments: ['🥟'.repeat(10)] });
});

guest('questions with the names of what a form has itself', { ...PHONE, survey: CLOBBER }, async ({
  page, posts, store, path,
}) => {
  await open(page, path);
  assert.deepEqual(await shown(page), ['submit', 'action', 'dataset', 'elements', 'constructor']);
  await submit(page);
  assert.equal(await page.locator('[role=alert]').count(), 2);
  await pick(page, 'submit', 9);
  await pick(page, 'action', 5);
  await pick(page, 'dataset', 'querySelector');
  await pick(page, 'classList', 4);
  await page.locator('#elements').fill('Soup');
  await page.reload();
  const answers = { submit: 9, action: 5, dataset: 'querySelector', classList: 4, elements: 'Soup' };
  assert.deepEqual(await filledIn(page), { ...answers, submit: '9', action: '5', classList: '4' });
  const before = posts.length;
  await sent(page, () => submit(page));
  await end(page, 'thanks');
  assert.equal(posts.length, before + 1);
  await assertStored(store, { ...ONE, comments: ['Soup'] });
  await assertRecorded(path, answers, await submissionOn(page));
});

guest('what the server finds wrong stands beside the question', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await finishWithTooMuch(page);
  assert.equal((await posts[0].response()).status(), 422);
  assert.equal(await page.evaluate(() => document.activeElement.className), 'mistake');
  assert.deepEqual(await filledIn(page), { nps: '9', csat: '5', why: TOO_MUCH });
  assert.equal(await page.locator('progress').evaluate(({ value }) => value), 3);
  await assertStored(store, NOTHING);
  await page.locator('#why').fill('Soup');
  assert.equal(await page.locator('[data-id=why] .mistake').count(), 0);
  await sent(page, () => submit(page));
  await assertStored(store, { ...ONE, comments: ['Soup'] });
});
