// A guest answers: by touch, by keyboard, and what they are asked as they go.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/answering.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertRecorded } from '../program.mjs';
import { focus, option, sent, stop } from './stack.mjs';
import {
  CONDITIONS, DESK, NOTHING, ONE, PHONE, assertStored, end, filledIn, guest, intercept, open, pick, shown, soon,
  startForGuests, submissionOn, submit,
} from './visit.mjs';
import { WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

guest('by touch: a tap on a score brings the next question of its group, and the bar follows', PHONE, async ({
  page, posts, store, path,
}) => {
  await open(page, path);
  const ids = await shown(page);
  const scales = ids.filter((id) => id !== 'why');
  const bar = () => page.locator('progress').evaluate(({ value, max }) => ({ value, max }));
  assert.deepEqual(await bar(), { value: 0, max: ids.length });

  // Whether all of a question can be seen, above the button that is always there.
  const isSeen = (id) =>
    page.locator(`[data-id=${id}]`).evaluate((question) => {
      const { top, bottom } = question.getBoundingClientRect();
      return top >= 0 && bottom <= document.querySelector('.send').getBoundingClientRect().top;
    });
  for (const [i, id] of scales.entries()) {
    const next = ids[i + 1];
    await option(page, id, id === 'nps' ? 9 : 5).tap();
    // A question that may be passed over is not pushed on anyone: after the last required one nothing moves.
    if (id !== 'csat') await soon(async () => assert.ok(await isSeen(next), `${next} is not seen after a tap in ${id}`));
    assert.deepEqual(await bar(), { value: i + 1, max: ids.length });
  }

  // Scores are changed without limit.
  await option(page, 'nps', 2).tap();
  await option(page, 'nps', 9).tap();
  assert.deepEqual(await bar(), { value: scales.length, max: ids.length });
  await page.locator('#why').tap();
  await page.keyboard.insertText('汤很好喝。');
  assert.deepEqual(await bar(), { value: ids.length, max: ids.length });

  const reply = await sent(page, () => page.locator('.survey button').tap());
  assert.equal(reply.status(), 201);
  await end(page, 'thanks');
  assert.equal(posts.length, 1);
  await assertStored(store, { ...ONE, comments: ['汤很好喝。'] });
});

guest('by keyboard alone', DESK, async ({ page, store, path }) => {
  await open(page, path);
  const press = async (key, times = 1) => {
    for (let time = 0; time < times; time += 1) await page.keyboard.press(key);
  };
  const tabTo = async (field) => {
    for (let tabs = 0; ; tabs += 1) {
      assert.ok(tabs < 30, `${field} can't be reached with Tab`);
      await press('Tab');
      const focused = await focus(page);
      assert.ok(focused.seen, `the focus on ${focused.field} can't be seen`);
      if (focused.field === field) return;
    }
  };
  const scrolled = () => page.evaluate(() => scrollY);

  // Required questions without an answer: a message beside each, and the focus on the first.
  await tabTo('submit');
  await press('Enter');
  assert.deepEqual(await focus(page), { field: 'nps', seen: true });
  assert.deepEqual(await page.locator('[data-id=nps] [role=alert]').allInnerTexts(), [WORDS.en.missing]);
  assert.deepEqual(await page.locator('[data-id=csat] [role=alert]').allInnerTexts(), [WORDS.en.missing]);
  assert.equal(await page.locator('[role=alert]').count(), 2);
  // The focus has been brought into view by now.
  await sleep(500);

  // Arrow keys go through the scores, and nothing moves under the guest.
  const from = await scrolled();
  await press('ArrowRight', 9);
  await sleep(400);
  assert.equal((await focus(page)).field, 'nps');
  assert.equal(await scrolled(), from);
  assert.deepEqual(await filledIn(page), { nps: '9' });
  assert.equal(await page.locator('[data-id=nps] [role=alert]').count(), 0);

  // Enter sends nothing while a score is chosen.
  await press('Enter');
  assert.equal((await focus(page)).field, 'nps');
  await tabTo('csat');
  await press('Space');
  await press('ArrowLeft');
  assert.deepEqual(await filledIn(page), { nps: '9', csat: '5' });
  await tabTo('why');
  await page.keyboard.type('Soup');
  await tabTo('submit');
  await sent(page, () => press('Space'));
  assert.equal((await focus(page)).field, 'h1');
  await assertStored(store, { ...ONE, comments: ['Soup'] });
});

guest('arrow keys after a tap do not move on', { ...PHONE, viewport: { width: 360, height: 500 } }, async ({
  page, path,
}) => {
  await open(page, path);
  await option(page, 'nps', 8).tap();
  await soon(async () => assert.ok((await page.evaluate(() => scrollY)) > 0));
  // Once that is over.
  await sleep(400);
  await page.evaluate(() => scrollTo(0, 0));
  await page.keyboard.press('ArrowRight');
  await sleep(400);
  assert.deepEqual(await filledIn(page), { nps: '9' });
  assert.equal(await page.evaluate(() => scrollY), 0);
});

guest('conditions show and hide questions; what is hidden is not stored', { ...PHONE, survey: CONDITIONS }, async ({
  page, store, path,
}) => {
  await open(page, path);
  const bar = () => page.locator('progress').evaluate(({ value, max }) => `${value}/${max}`);
  assert.deepEqual(await shown(page), ['nps', 'dishes']);
  await pick(page, 'nps', 6);
  assert.deepEqual(await shown(page), ['nps', 'sorry', 'dishes']);
  assert.equal(await bar(), '1/3');
  // It is required while it is asked.
  await submit(page);
  assert.deepEqual(await page.locator('[role=alert]').allInnerTexts(), [WORDS.en.missing]);
  assert.equal((await focus(page)).field, 'sorry');
  await page.locator('#sorry').fill('Cold');

  await pick(page, 'dishes', 'soup');
  await pick(page, 'heat', 5);
  await pick(page, 'chilli', 'less');
  assert.deepEqual(await shown(page), ['nps', 'sorry', 'dishes', 'heat', 'chilli']);
  assert.equal(await bar(), '5/5');

  // Each condition on its own, and the one that hangs on a question which is no longer asked.
  await pick(page, 'nps', 7);
  assert.deepEqual(await shown(page), ['nps', 'dishes', 'heat', 'chilli']);
  await pick(page, 'dishes', 'soup');
  await pick(page, 'dishes', 'noodles');
  assert.deepEqual(await shown(page), ['nps', 'dishes']);
  assert.equal(await bar(), '2/2');

  await sent(page, () => submit(page));
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 7: 1 } });
  await assertRecorded(path, { nps: 7, dishes: ['noodles'] }, await submissionOn(page));
});

guest('a second tap on the button sends nothing', PHONE, async ({ context, page, posts, store, path }) => {
  await intercept(context, async (route) => {
    await sleep(300);
    await route.continue();
  });
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  const button = page.locator('.survey button');
  await button.scrollIntoViewIfNeeded();
  // A finger does not wait for the button to be ready, as Playwright's `tap` does.
  await sleep(500);
  const { x, y, width, height } = await button.boundingBox();
  for (const _ of [1, 2, 3]) await page.touchscreen.tap(x + width / 2, y + height / 2);
  await end(page, 'thanks');
  await sleep(300);
  assert.equal(posts.length, 1);
  await assertStored(store, ONE);
});
