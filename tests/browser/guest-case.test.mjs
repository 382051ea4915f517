// A guest whose answer is followed up comes back by the same link: to the store's reply, and with a word on it.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/guest-case.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { caseOf, replyToCase, url } from '../program.mjs';
import { follow, newSurvey, option, stop } from './stack.mjs';
import {
  DINE_IN, PHONE, end, finish, guest, open, putSurvey, soon, startForGuests, submit, takeBack,
} from './visit.mjs';
import { LANGUAGES, WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

const REPLY = 'We are sorry.\n<b>Come again</b>';
const AWARD = { amount: 50_000, currency: 'CNY', code: '0123456789' };
const BAD = { nps: 2, csat: 1, why: 'Cold' };
const state = async (store) => (await caseOf(store)).state.S;
const see = (page) => page.locator('form.case button');
const say = (page, said) => follow(page, () => page.locator(`[name=said][value=${said}]`).click());
const heading = (page) => page.locator('h1').innerText();

guest('the store replies, the guest is not content, and then is', PHONE, async ({ context, page, store, path }) => {
  await open(page, path);
  await finish(page, BAD);
  assert.ok((await page.locator('.end').innerText()).includes(WORDS.en.replies));
  await follow(page, () => see(page).click());
  assert.equal(await heading(page), 'We’ve received your feedback. There is no new reply yet.');
  assert.equal(await page.locator('.verdict').count(), 0);
  await replyToCase(store, REPLY, AWARD);

  // Days later, by the link on the receipt: the phone knows that there is a case.
  const later = await context.newPage();
  await open(later, path);
  await end(later, 'answered');
  await follow(later, () => see(later).click());
  assert.equal(await later.locator('.reply p').innerText(), REPLY);
  assert.ok((await later.locator('.award').innerText()).includes('¥500'));
  assert.equal(await later.locator('.code').innerText(), AWARD.code);
  await say(later, 'not-solved');
  assert.equal(await state(store), 'open');
  await replyToCase(store, 'We have changed it.');
  // Again later, by the address of the case itself.
  await open(later, `${path}/case`);
  await follow(later, () => later.locator('form button').click());
  await say(later, 'solved');
  assert.equal(await state(store), 'closed');
  await later.reload();
  assert.equal((await caseOf(store)).reopened.N, '1');
  await follow(later, () => later.locator('main > p a').click());
  await takeBack(later);
  assert.equal((await caseOf(store)).outcome.S, 'withdrawn');
  await open(later, path);
  await later.locator('.survey').waitFor();
});

guest('a photo of the receipt shows the state on another phone, and nothing else', PHONE, async ({
  page, store, path, onAnotherPhone,
}) => {
  await open(page, path);
  await finish(page, BAD);
  await replyToCase(store, REPLY, AWARD);
  const other = await onAnotherPhone();
  await open(other, `${path}/case`);
  assert.equal(await heading(other), 'We have replied to you.');
  assert.equal(await other.locator('button:visible').count(), 0);
  const text = await other.content();
  for (const secret of ['sorry', 'Come again', '0123456789', '¥500', 'Cold']) assert.ok(!text.includes(secret), secret);
  await open(other, `${path}?end=answered`);
  await other.locator('.survey').waitFor();
});

for (const language of LANGUAGES) {
  guest(`without script, in ${language}`, { ...PHONE, javaScriptEnabled: false, locale: language }, async ({
    page, store, path,
  }) => {
    const words = WORDS[language];
    await open(page, path);
    for (const [question, value] of [['nps', 2], ['csat', 1]]) await option(page, question, value).tap();
    await page.locator('#why').fill('凉的');
    await follow(page, () => submit(page));
    assert.ok((await page.locator('.end').innerText()).includes(words.replies));
    await replyToCase(store, '对不起。');
    assert.equal(await see(page).innerText(), words.see);
    await follow(page, () => see(page).tap());
    assert.deepEqual(await page.locator('.verdict button').allInnerTexts(), [words.solved, words.notSolved]);
    await page.locator('summary').tap();
    await page.locator('[name=contact_how]').fill('13812345678');
    await page.locator('[name=contact_agreed]').check();
    await follow(page, () => page.locator('details button').tap());
    assert.equal((await caseOf(store)).contact.BOOL, true);
    assert.equal(await page.locator('details').count(), 0);
    await follow(page, () => page.locator('[name=forget_contact]').tap());
    assert.equal(await page.locator('details').count(), 1);
    await say(page, 'solved');
    assert.equal(await state(store), 'closed');
  });
}

// A survey of its own, whose links live shortly later on.
const BRIEF = { ...DINE_IN, id: 'brief', link_lifetime_days: 60 };
guest('the way to the reply outlives the survey', { ...PHONE, survey: BRIEF }, async ({ page, store, onAnotherPhone }) => {
  const path = await newSurvey(store, new Date(Date.now() - 3 * 24 * 3_600_000));
  await open(page, path);
  await finish(page, BAD);
  await putSurvey({ ...BRIEF, link_lifetime_days: 1 });
  await soon(async () => assert.equal((await fetch(url + path)).status, 410));
  const other = await onAnotherPhone();
  assert.equal((await open(other, path)).status(), 410);
  assert.equal(await other.locator('button:visible').count(), 0);
  await open(page, path);
  await follow(page, () => page.locator('form button').click());
  assert.equal(await heading(page), 'We’ve received your feedback. There is no new reply yet.');
  // There is no survey to go back to.
  assert.equal(await page.locator('main > p a').count(), 0);
});

guest('a content guest is told of no reply', PHONE, async ({ page, path }) => {
  await open(page, path);
  await finish(page);
  assert.equal(await see(page).isVisible(), false);
  await page.reload();
  await end(page, 'thanks');
  assert.equal(await see(page).isVisible(), false);
});
