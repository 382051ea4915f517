// A guest comes back: after they answered, and to answers that they had begun. Also where the browser refuses to keep
// anything.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/coming-back.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { call, shippedSurvey } from '../program.mjs';
import { follow, sent, stop } from './stack.mjs';
import {
  NOTHING, ONE, PHONE, TOO_MUCH, assertStored, end, filledIn, finish, finishWithTooMuch, guest, open, pick, putSurvey,
  startForGuests, submit, takeBack,
} from './visit.mjs';
import { WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

guest('after thanks: reload, back and forward, and the bare link', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await follow(page, () => page.getByText(WORDS['zh-TW'].own).click());
  await finish(page);
  await page.reload();
  await end(page, 'thanks');
  assert.equal(await page.locator('h1').innerText(), WORDS['zh-TW'].thanks);
  // Back is the form in the language before, which has been answered too.
  await page.goBack();
  await end(page, 'answered');
  assert.equal(await page.locator('.survey').count(), 0);
  await page.goForward();
  await end(page, 'thanks');
  await open(page, path);
  await end(page, 'answered');
  assert.equal(posts.length, 1);
  await assertStored(store, ONE);
});

guest('a reload in the middle keeps the answers', PHONE, async ({ page, store, path }) => {
  const answers = { nps: '9', csat: '5', why: '“Soup” & <b>noodles</b>\n第二行 🥟' };
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await page.locator('#why').fill(answers.why);
  await page.reload();
  assert.deepEqual(await filledIn(page), answers);
  assert.equal(await page.locator('progress').evaluate(({ value }) => value), 3);
  await sent(page, () => submit(page));
  await assertStored(store, { ...ONE, comments: [answers.why] });
});

guest('whoever asks for a reply asks for it in every language and after a reload', PHONE, async ({
  page, posts, store, path,
}) => {
  const asked = () => page.getByRole('checkbox').isChecked();
  await open(page, path);
  await page.getByLabel(WORDS.en.reply).tap();
  await pick(page, 'nps', 9);
  await page.reload();
  assert.ok(await asked());
  for (const language of ['zh-TW', 'zh-CN']) {
    await follow(page, () => page.getByText(WORDS[language].own).click());
    assert.ok(await page.getByLabel(WORDS[language].reply).isChecked());
  }
  // The error is shown with what was asked.
  await finishWithTooMuch(page);
  assert.ok(await asked());
  await page.locator('#why').fill('Soup');
  await sent(page, () => submit(page));
  assert.equal(new URLSearchParams(posts.at(-1).postData()).get('asks_reply'), 'true');
  await assertStored(store, { ...ONE, comments: ['Soup'] });
});

guest('another language keeps the answers, and sends nothing', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await page.locator('#why').fill('Soup');
  for (const language of ['zh-TW', 'zh-CN']) {
    await follow(page, () => page.getByText(WORDS[language].own).click());
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.deepEqual(await filledIn(page), { nps: '9', why: 'Soup' });
  }
  await sleep(300);
  assert.equal(posts.length, 0);
  await assertStored(store, NOTHING);
  await pick(page, 'csat', 5);
  await sent(page, () => submit(page));
  assert.equal(await page.locator('h1').innerText(), WORDS['zh-CN'].thanks);
  await assertStored(store, { ...ONE, comments: ['Soup'] });
});

guest('a reload keeps what the server found wrong', PHONE, async ({ page, path }) => {
  await open(page, path);
  await finishWithTooMuch(page);
  await page.reload();
  assert.deepEqual(await filledIn(page), { nps: '9', csat: '5', why: TOO_MUCH });
});

guest('a store that changes its questions meanwhile has the new ones answered', PHONE, async ({
  page, store, path,
}) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  const delivery = shippedSurvey('delivery');
  await putSurvey(delivery);
  const details = await call('GET', `/stores/${store}`);
  delete details.store;
  await call('PUT', `/stores/${store}`, { ...details, survey: delivery.id });
  // The functions remember the store for a second here.
  await sleep(1_200);
  await submit(page);
  await page.getByText(delivery.title.en).waitFor();
  assert.equal(await page.locator('[role=alert]').count(), 1);
  await assertStored(store, NOTHING);
  // It behaves like a page that was opened: this question has a condition.
  assert.equal(await page.locator('[data-id=problems]').isVisible(), false);
  await finish(page, { nps: 3, csat: 2 });
  await end(page, 'sorry');
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 3: 1 }, csat: { 2: 1 } });
});

for (const [name, forbid] of Object.entries({
  forbidden: () => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } }),
  full: () => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; },
})) {
  guest(`where storage is ${name} the guest is thanked all the same`, PHONE, async ({ page, store, path }) => {
    await page.addInitScript(forbid);
    await open(page, path);
    await pick(page, 'nps', 9);
    await pick(page, 'csat', 5);
    await submit(page);
    await end(page, 'thanks');
    await sleep(300);
    assert.equal(await page.locator('[data-end=thanks]').count(), 1);
    await assertStored(store, ONE);
    await takeBack(page);
    await assertStored(store, NOTHING);
  });
}
