// A guest answers where no script runs, as in an old browser, and in the same way where one does.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/without-script.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertRecorded, send, url } from '../program.mjs';
import { WINDOWS, inEachLanguage, look } from './look.mjs';
import { focus, follow, newSurvey, option, sent, stop } from './stack.mjs';
import {
  CONDITIONS, DESK, DINE_IN, NOTHING, PHONE, assertNothingToTakeBack, assertStored, filledIn, guest, newStore, open,
  pick, shown, startForGuests, submissionOn, submit, takeBack, takeBackButton,
} from './visit.mjs';
import { LANGUAGES, WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

for (const language of LANGUAGES) {
  const phone = { ...PHONE, javaScriptEnabled: false, locale: language };
  guest(`without script, in ${language}`, { ...phone, survey: CONDITIONS }, async ({
    page, posts, store, path,
  }) => {
    const words = WORDS[language];
    await open(page, path);
    // All of the form, as nothing could show the rest, and nothing that only a script would move.
    assert.deepEqual(await shown(page), ['nps', 'sorry', 'dishes', 'heat', 'chilli']);
    assert.equal(await page.locator('progress:visible, .counter:visible, [role=status]:visible').count(), 0);

    await option(page, 'nps', 3).tap();
    await option(page, 'dishes', 'noodles').tap();
    // Passed over, because its condition is not met.
    await option(page, 'heat', 2).tap();
    const again = await follow(page, () => submit(page));
    assert.equal(again.status(), 422);
    assert.deepEqual(await page.locator('.question .mistake').allInnerTexts(), [words.missing]);
    assert.deepEqual(await page.locator('[data-id=sorry] .mistake').allInnerTexts(), [words.missing]);
    assert.deepEqual(await filledIn(page), { nps: '3', dishes: 'noodles', heat: '2' });
    await assertStored(store, NOTHING);

    await page.locator('#sorry').fill('Cold 🥟');
    const thanks = await follow(page, () => submit(page));
    assert.equal(thanks.status(), 201);
    await assertStored(store, { ...NOTHING, responses: 1, nps: { 3: 1 }, comments: ['Cold 🥟'] });
    await assertRecorded(path, { nps: 3, sorry: 'Cold 🥟', dishes: ['noodles'] }, await submissionOn(page));

    assert.equal(await page.locator('h1').innerText(), words.sorry);
    await takeBack(page);
    assert.equal(await page.locator('h1').innerText(), words.takenBack);
    await assertStored(store, NOTHING);

    await follow(page, () => page.getByText(words.again).tap());
    assert.deepEqual(await filledIn(page), {});
    await option(page, 'nps', 10).tap();
    await follow(page, () => submit(page));
    assert.equal(await page.locator('h1').innerText(), words.thanks);
    await assertStored(store, { ...NOTHING, responses: 1, nps: { 10: 1 } });
    assert.equal(posts.length, 4);
  });
}

const WITHOUT_SCRIPT = { ...DESK, javaScriptEnabled: false, survey: CONDITIONS };
guest('a form that is shown again has the text as it was typed', WITHOUT_SCRIPT, async ({ page, path }) => {
  // A line break at the start, and what would end the field, if it were markup.
  const typed = '\n</b>"<&🥟';
  await open(page, path);
  await page.locator('#sorry').fill(typed);
  // A browser without script keeps a form back in which the first score is missing; an old one does not.
  await page.evaluate(() => document.querySelector('form').setAttribute('novalidate', ''));
  assert.equal((await follow(page, () => submit(page))).status(), 422);
  assert.deepEqual(await filledIn(page), { sorry: typed });
});

guest('without script, another phone is told that the visit is answered, and has no button', WITHOUT_SCRIPT, async ({
  page, store, path, onAnotherPhone,
}) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await follow(page, () => submit(page));
  const other = await onAnotherPhone();
  await open(other, path);
  await pick(other, 'nps', 8);
  assert.equal((await follow(other, () => submit(other))).status(), 409);
  await assertNothingToTakeBack(other);
  // Anybody can write an end into the address.
  await open(other, `${path}?end=answered`);
  await assertNothingToTakeBack(other);
  await open(other, `${path}?end=thanks`);
  assert.equal(await takeBackButton(other).isVisible(), false);
  await takeBack(page);
  await assertStored(store, NOTHING);
});

guest('without script, a form from before the taking back is shown again, and sent anew', WITHOUT_SCRIPT, async ({
  page, store, path,
}) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await follow(page, () => submit(page));
  const before = await submissionOn(page);
  await takeBack(page);
  await follow(page, () => page.getByText(WORDS.en.again).click());
  // As a browser shows it that has kept the form.
  await page.evaluate((before) => { document.querySelector('[name=submission]').value = before; }, before);
  await pick(page, 'nps', 8);
  assert.equal((await follow(page, () => submit(page))).status(), 409);
  assert.ok((await page.locator('[role=alert]').innerText()).includes(WORDS.en.tookBack));
  assert.deepEqual(await filledIn(page), { nps: '8' });
  assert.notEqual(await submissionOn(page), before);
  await assertStored(store, NOTHING);
  assert.equal((await follow(page, () => submit(page))).status(), 201);
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 8: 1 } });
});

// ── The same, with and without ─────────────────────────────────────────────────────────────────────────────────────

/** A problem unless exactly these answers of the page are there: the same again are 200, others 409. */
async function recordedAs(page, path, answers) {
  const status = await send(path, answers, await submissionOn(page));
  return status === 200 ? [] : [`other answers were recorded than ${JSON.stringify(answers)} (${status})`];
}

const store = newStore(DINE_IN);
for (const javaScriptEnabled of [false, true]) {
  const script = `JavaScript ${javaScriptEnabled ? 'on' : 'off'}`;
  const submit = javaScriptEnabled ? sent : follow;

  test(`a guest answers by tapping, ${script}`, { timeout: 30_000 }, () =>
    inEachLanguage(LANGUAGES, (language) =>
      look('survey', { language, javaScriptEnabled, hasTouch: true, isMobile: true }, async (page, note) => {
        const path = await newSurvey(store);
        await page.goto(url + path);
        await option(page, 'nps', 2).tap();
        // A guest changes their mind.
        await option(page, 'nps', 9).tap();
        await option(page, 'csat', 5).tap();
        await page.locator('textarea').fill('汤很好喝。');
        const reply = await submit(page, () => page.locator('form button').tap());
        if (reply.status() !== 201) note(`status ${reply.status()} instead of 201`);
        note(...(await recordedAs(page, path, { nps: 9, csat: 5, why: '汤很好喝。' })));
      }),
    ),
  );

  test(`a guest answers by keyboard alone, ${script}`, { timeout: 30_000 }, () =>
    inEachLanguage(LANGUAGES, (language) =>
      look('survey', { language, javaScriptEnabled, size: WINDOWS.desk }, async (page, note) => {
        const path = await newSurvey(store);
        await page.goto(url + path);
        const press = async (key, times = 1) => {
          for (let time = 0; time < times; time += 1) await page.keyboard.press(key);
        };
        const tabTo = async (field) => {
          let focused;
          for (let tabs = 0; focused?.field !== field; tabs += 1) {
            assert.ok(tabs < 30, `${field} can't be reached with Tab`);
            await press('Tab');
            focused = await focus(page);
            if (!focused.seen) note(`the focus on ${focused.field} can't be seen`);
          }
        };
        await tabTo('nps');
        // From the first, which is 0.
        await press('ArrowRight', 9);
        await tabTo('csat');
        await press('Space');
        await press('ArrowDown');
        await tabTo('why');
        await page.keyboard.type('Soup');
        await tabTo('submit');
        const reply = await submit(page, () => press('Enter'));
        if (reply.status() !== 201) note(`status ${reply.status()} instead of 201`);
        note(...(await recordedAs(page, path, { nps: 9, csat: 2, why: 'Soup' })));
      }),
    ),
  );
}
