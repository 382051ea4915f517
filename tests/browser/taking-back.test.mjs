// A guest takes back what they sent, and answers again. Nobody else can: another phone has no button for it.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/taking-back.test.mjs

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { send, url } from '../program.mjs';
import { follow, sent, stop } from './stack.mjs';
import {
  NOTHING, ONE, PHONE, assertNothingToTakeBack, assertStored, end, filledIn, finish, guest, open, pick, startForGuests,
  submissionOn, submit, takeBack,
} from './visit.mjs';
import { WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

guest('taking back, and answering anew', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await finish(page);
  await open(page, path);
  await end(page, 'answered');
  assert.equal(await page.locator('h1').innerText(), WORDS.en.answered);
  await takeBack(page);
  assert.equal(await page.locator('h1').innerText(), WORDS.en.takenBack);
  await assertStored(store, NOTHING);
  await follow(page, () => page.getByText(WORDS.en.again).click());
  assert.deepEqual(await filledIn(page), {});
  await finish(page, { nps: 4, csat: 2, why: 'Cold' });
  await end(page, 'sorry');
  assert.equal(posts.length, 3);
  await assertStored(store, { responses: 1, partial: 0, nps: { 4: 1 }, csat: { 2: 1 }, comments: ['Cold'] });
});

guest('going back after answering anew takes nothing back', PHONE, async ({ page, store, path }) => {
  await open(page, path);
  await finish(page);
  await takeBack(page);
  await follow(page, () => page.getByText(WORDS.en.again).click());
  await finish(page, { nps: 4, csat: 2 });
  // Chromium may refuse to show again what came of a form.
  await page.goBack().catch(() => {});
  await sleep(300);
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 4: 1 }, csat: { 2: 1 } });
});

guest('going back after taking back leads to no answer that is gone', PHONE, async ({ page, store, path }) => {
  await open(page, path);
  await finish(page);
  await takeBack(page);
  await page.goBack();
  await assertStored(store, NOTHING);
  await open(page, path);
  await page.locator('.survey').waitFor({ timeout: 2_000 });
});

const LATER = {
  'after a reload': async ({ page }) => {
    await page.reload();
    await end(page, 'thanks');
    return page;
  },
  'in another tab, by the link': async ({ context, path }) => {
    const tab = await context.newPage();
    await open(tab, path);
    await end(tab, 'answered');
    return tab;
  },
  'in another language, by the link': async ({ page, path }) => {
    await open(page, `${path}?lang=zh-TW`);
    await end(page, 'answered');
    return page;
  },
};
for (const [how, comeBack] of Object.entries(LATER)) {
  guest(`the answer can be taken back ${how}`, PHONE, async (visit) => {
    const { page, store, path } = visit;
    await open(page, path);
    await finish(page);
    const submission = await submissionOn(page);
    const later = await comeBack(visit);
    // The server was asked for an end and given no more: the phone knows the submission.
    assert.match(later.url(), /[?&]end=/);
    assert.equal(await submissionOn(later), submission);
    assert.equal((await takeBack(later)).status(), 200);
    await end(later, 'taken-back');
    await assertStored(store, NOTHING);
  });
}

guest('another phone is told that the visit is answered, and has no button', PHONE, async ({
  page, store, path, onAnotherPhone,
}) => {
  await open(page, path);
  const other = await onAnotherPhone();
  await open(other, path);
  await finish(page);
  const reply = await finish(other, { nps: 0, csat: 1 });
  assert.equal(reply.status(), 409);
  await assertNothingToTakeBack(other);
  // Nor after a reload, nor by the link.
  await other.reload();
  await assertNothingToTakeBack(other);
  await open(other, path);
  await end(other, 'answered');
  await assertNothingToTakeBack(other);
  await assertStored(store, ONE);
  await takeBack(page);
  await assertStored(store, NOTHING);
});

guest('an end that is opened on a phone that knows nothing of it is the survey', PHONE, async ({
  page, store, path, onAnotherPhone,
}) => {
  await open(page, path);
  await finish(page);
  const other = await onAnotherPhone();
  for (const name of ['thanks', 'answered']) {
    await open(other, `${path}?end=${name}`);
    await other.locator('.survey').waitFor();
  }
  await assertStored(store, ONE);
});

guest('a form from before the taking back is shown again as it was filled in, and sent anew', PHONE, async ({
  context, page, store, path,
}) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  // An answer that was begun has one submission in every tab.
  const tab = await context.newPage();
  await open(tab, path);
  await pick(page, 'csat', 5);
  await sent(page, () => submit(page));
  const before = await submissionOn(page);
  await takeBack(page);

  await pick(tab, 'csat', 4);
  await tab.locator('#why').fill('Cold');
  assert.equal(await submissionOn(tab), before);
  const [refused] = await Promise.all([
    tab.waitForResponse((response) => response.request().method() === 'POST'),
    submit(tab),
  ]);
  assert.equal(refused.status(), 409);
  await tab.getByText(WORDS.en.tookBack).waitFor();
  assert.equal(await tab.locator('[role=alert]').count(), 1);
  assert.deepEqual(await filledIn(tab), { nps: '9', csat: '4', why: 'Cold' });
  await assertStored(store, NOTHING);
  // A reload does not bring the old submission back.
  await tab.reload();
  assert.deepEqual(await filledIn(tab), { nps: '9', csat: '4', why: 'Cold' });
  assert.notEqual(await submissionOn(tab), before);
  assert.equal((await sent(tab, () => submit(tab))).status(), 201);
  await end(tab, 'thanks');
  await assertStored(store, { responses: 1, partial: 0, nps: { 9: 1 }, csat: { 4: 1 }, comments: ['Cold'] });
});

guest('another answer that is there by now is not taken back', PHONE, async ({ context, page, store, path }) => {
  await open(page, path);
  await finish(page);
  const tab = await context.newPage();
  await open(tab, path);
  await end(tab, 'answered');
  await takeBack(tab);
  // Somebody answered again, took that back, and answered once more.
  const submission = randomUUID();
  assert.equal(await send(path, { nps: 4, csat: 3 }, submission), 201);
  assert.equal((await fetch(url + path, { method: 'DELETE', headers: { submission } })).status, 204);
  assert.equal(await send(path, { nps: 4, csat: 2 }), 201);
  // The tab that says thanks knows nothing of it.
  const refused = await takeBack(page);
  assert.equal(refused.status(), 409);
  assert.equal(await page.locator('h1').count(), 1);
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 4: 1 }, csat: { 2: 1 } });
  await open(page, path);
  await page.locator('.survey').waitFor();
});
