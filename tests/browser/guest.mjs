// What a guest does with her survey, in Chromium: by touch, by keyboard, without script, without network, in two tabs,
// half-way and back again. What came of it is asked of the store's report, not of the page.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/guest.mjs

import assert from 'node:assert/strict';
import { before, after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import {
  browser, call, focus, follow, grant, newSurvey, option, overflow, putStores, send, sent, shippedSurvey, smallTargets,
  start, stop, url, violations,
} from './stack.mjs';

const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 800, height: 600 } };
// The narrowest phone that WCAG asks for. Not `isMobile`: such a page grows with what is too wide for it.
const NARROW = { viewport: { width: 320, height: 640 } };

// The most that a guest's page may weigh on its way, in bytes.
const HEAVIEST = 10_240;

// The only site that may show the receipt in a frame.
const WECHAT_PAY = 'https://payapp.weixin.qq.com';

// How long the page's script waits for a reply, and then before it tries again, in milliseconds; both a bit longer.
const PATIENCE = 12_100;
const FIRST_PAUSE = 1_100;

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 300;

const LANGUAGES = ['zh-CN', 'zh-TW', 'en'];

// The words that are built in, as guests read them.
const WORDS = {
  'zh-CN': {
    send: '提交', optional: '选填', missing: '请回答这一题。', thanks: '谢谢您！', answered: '已填写过',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填写', noLink: '这不是问卷链接', own: '简体中文',
    offline: '网络不通。请不要关闭本页，网络恢复后会自动提交。',
    busy: '系统繁忙，请不要关闭本页，稍后会自动提交。',
  },
  'zh-TW': {
    send: '送出', optional: '選填', missing: '請回答這一題。', thanks: '謝謝您！', answered: '已填寫過',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填寫', noLink: '這不是問卷連結', own: '繁體中文',
    offline: '網路不通。請保持本頁開啟，網路恢復後會自動送出。',
    busy: '系統忙碌，請保持本頁開啟，稍後會自動送出。',
  },
  'en': {
    send: 'Send', optional: 'optional', missing: 'Please answer this one.', thanks: 'Thank you!',
    answered: 'Already answered', takeBack: 'Take my answer back', takenBack: 'Taken back', again: 'Answer anew',
    noLink: 'Not a survey link', own: 'English',
    offline: 'No connection. Keep this page open: your answer goes out by itself as soon as there is one.',
    busy: 'Many are answering just now. Keep this page open: your answer goes out by itself.',
  },
};

// ── Surveys and stores ─────────────────────────────────────────────────────────────────────────────────────────────

const inEachLanguage = (words) => Object.fromEntries(LANGUAGES.map((language) => [language, `${words} (${language})`]));
const question = (kind) => (id, more) => ({ id, kind, text: inEachLanguage(id), ...more });
const scale = question('scale');
const text = question('text');
const choice = question('choice');
const options = (...ids) => ids.map((id) => ({ id, text: inEachLanguage(id) }));
const survey = (id, questions, more) => ({ id, title: inEachLanguage(id), questions, ...more });

const SURVEYS = [
  // Conditions on a scale and on a choice, one of them on a question that has a condition itself.
  survey('conditions', [
    scale('nps', { min: 0, max: 10, measures: 'recommend', required: true }),
    text('sorry', { max_length: 10, required: true, ask_if: { question: 'nps', at_most: 6 } }),
    choice('dishes', { many: true, options: options('soup', 'noodles') }),
    scale('heat', { min: 1, max: 5, ask_if: { question: 'dishes', chose: 'soup' } }),
    choice('chilli', { options: options('less', 'more'), ask_if: { question: 'heat', at_least: 4 } }),
  ]),
  // A form's inputs become its properties: these would hide what a script might ask a form for.
  survey('clobber', [
    scale('submit', { min: 0, max: 10, measures: 'recommend', required: true }),
    scale('action', { min: 1, max: 5, measures: 'satisfaction', required: true }),
    choice('dataset', { many: true, options: options('querySelector', 'addEventListener') }),
    scale('classList', { min: 1, max: 5, ask_if: { question: 'dataset', chose: 'querySelector' } }),
    text('elements'),
    text('constructor'),
  ]),
];
// Its links are made while they live long.
const SHORT_LIVED = survey('short-lived', [scale('nps', { min: 0, max: 10 })], { link_lifetime_days: 60 });
let expired;

// Each test has a store of its own, whose report is then about this test alone.
const stores = [];
function newStore(surveyId) {
  const store = 1001 + stores.length;
  stores.push([store, surveyId]);
  return store;
}

before(() =>
  start(LONGEST_SECONDS, async () => {
    const surveys = [...SURVEYS, SHORT_LIVED, shippedSurvey('delivery')];
    for (const survey of surveys) await call('PUT', `/surveys/${survey.id}`, survey);
    const shortLived = newStore(SHORT_LIVED.id);
    await putStores(stores);
    expired = await newSurvey(shortLived, new Date(Date.now() - 3 * 24 * 3_600_000));
    await call('PUT', `/surveys/${SHORT_LIVED.id}`, { ...SHORT_LIVED, link_lifetime_days: 1 });
  }),
);
after(stop);

// ── A guest ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A test of one guest. `use` gets her browser, which has nothing from before, a page of it, a store of its own, the
 * path of a fresh link of that store, and the list of requests with which her pages send something.
 */
function guest(name, { survey = 'dine-in', ...options }, use) {
  const store = newStore(survey);
  test(name, { timeout: 60_000 }, () => visit(store, options, use));
}

async function visit(store, options, use) {
  const context = await browser.newContext({ locale: 'en', ...options });
  context.setDefaultTimeout(10_000);
  const problems = [];
  const posts = [];
  context.on('request', (request) => {
    if (request.method() === 'POST') posts.push(request);
  });
  context.on('weberror', (error) => problems.push(`page error: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on('console', (message) => {
    // The tests bring about replies that are no success, and Chromium tells of each.
    if (!message.text().startsWith('Failed to load resource')) problems.push(`console: ${message.text()}`);
  });
  try {
    const page = await context.newPage();
    await use({ context, page, posts, store, path: await newSurvey(store) });
    assert.deepEqual(problems, []);
  } catch (error) {
    if (problems.length) error.message += `\nAnd meanwhile: ${problems.join('\n')}`;
    throw error;
  } finally {
    await context.close();
  }
}

const open = (page, path) => page.goto(url + path);
const pick = (page, question, value) => option(page, question, value).click();
const submit = (page) => page.locator('.survey button').click();
const end = (page, name) => page.locator(`[data-end=${name}]`).waitFor();
const takeBack = (page) => follow(page, () => page.locator('button[name=take_back]').click());
const status = (page) => page.locator('[role=status]');

/** What is filled in. */
function filledIn(page) {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll('.question input:checked, .question textarea')];
    return Object.fromEntries(fields.filter(({ value }) => value).map(({ name, value }) => [name, value]));
  });
}

/** The ids of the questions that are shown. */
function shown(page) {
  return page.locator('.question:visible').evaluateAll((questions) => questions.map((question) => question.dataset.id));
}

/** Answers what has to be answered, and sends it, whatever becomes of that. */
async function answer(page) {
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await submit(page);
}

/** Answers and sends, and waits for the reply. */
async function finish(page, { nps = 9, csat = 5, why } = {}) {
  await pick(page, 'nps', nps);
  await pick(page, 'csat', csat);
  if (why) await page.locator('#why').fill(why);
  return sent(page, () => submit(page));
}

/** What the store's report knows now. */
async function stored(store) {
  const report = await call('GET', `/reports/store/${store}.json`);
  const given = (scores) => Object.fromEntries(Object.entries(scores?.histogram ?? {}).filter(([, n]) => n > 0));
  return {
    responses: report.responses,
    partial: report.partial,
    nps: given(report.nps),
    csat: given(report.satisfaction),
    comments: report.comments.map(({ text }) => text),
  };
}

const NOTHING = { responses: 0, partial: 0, nps: {}, csat: {}, comments: [] };
const ONE = { ...NOTHING, responses: 1, nps: { 9: 1 }, csat: { 5: 1 } };

async function assertStored(store, expected) {
  assert.deepEqual(await stored(store), expected);
}

/** For what is sent while nobody waits for it. */
async function assertStoredSoon(store, expected) {
  await soon(async () => assertStored(store, expected));
}

/** Tries until it passes. */
async function soon(assertion) {
  for (const deadline = Date.now() + 5_000; ; await sleep(50)) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** That exactly these answers are there, those to questions that no report is about included. */
async function assertRecorded(path, answers) {
  assert.equal(await send(path, answers), 200, `Other answers were recorded than ${JSON.stringify(answers)}.`);
}

// ── Answering ──────────────────────────────────────────────────────────────────────────────────────────────────────

guest('by touch: a tap on a score brings the next question, and the bar follows', PHONE, async ({
  page, posts, store, path,
}) => {
  await open(page, path);
  const ids = await shown(page);
  const scales = ids.filter((id) => id !== 'why');
  const bar = () => page.locator('progress').evaluate(({ value, max }) => ({ value, max }));
  assert.deepEqual(await bar(), { value: 0, max: ids.length });

  // How far a question is from the middle of the window, in pixels.
  const offMiddle = (id) =>
    page.locator(`[data-id=${id}]`).evaluate((question) => {
      const { top, bottom } = question.getBoundingClientRect();
      return Math.abs((top + bottom) / 2 - innerHeight / 2);
    });
  for (const [i, id] of scales.entries()) {
    const next = ids[i + 1];
    const score = option(page, id, id === 'nps' ? 9 : 5);
    await score.scrollIntoViewIfNeeded();
    assert.ok((await offMiddle(next)) > 50, `${next} is in the middle before a tap in ${id}`);
    await score.tap();
    await soon(async () => assert.ok((await offMiddle(next)) < 2, `${next} is not in the middle after a tap in ${id}`));
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

  // Enter sends from wherever the focus is.
  await press('Enter');
  assert.deepEqual(await focus(page), { field: 'csat', seen: true });
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

guest('arrow keys after a tap do not move on', PHONE, async ({ page, path }) => {
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

for (const language of LANGUAGES) {
  const phone = { ...PHONE, javaScriptEnabled: false, locale: language };
  guest(`without script, in ${language}`, { ...phone, survey: 'conditions' }, async ({
    page, posts, store, path,
  }) => {
    const words = WORDS[language];
    await open(page, path);
    // All of the form, as nothing could show the rest, and nothing that only a script would move.
    assert.deepEqual(await shown(page), ['nps', 'sorry', 'dishes', 'heat', 'chilli']);
    assert.equal(await page.locator('progress:visible, .counter:visible, [role=status]:visible').count(), 0);

    await option(page, 'nps', 3).tap();
    await option(page, 'dishes', 'noodles').tap();
    // Passed over, because its condition does not hold.
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
    await assertRecorded(path, { nps: 3, sorry: 'Cold 🥟', dishes: ['noodles'] });

    assert.equal(await page.locator('h1').innerText(), words.thanks);
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

guest('conditions show and hide questions; what is hidden is not stored', { ...PHONE, survey: 'conditions' }, async ({
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
  await assertRecorded(path, { nps: 7, dishes: ['noodles'] });
});

guest('the counter counts an emoji as one, and cuts at the most', { ...PHONE, survey: 'conditions' }, async ({
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

guest('questions with the names of what a form has itself', { ...PHONE, survey: 'clobber' }, async ({
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
  await assertRecorded(path, answers);
});

// ── Network ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Lets `handle` have whatever is sent to a survey. */
function intercept(context, handle) {
  return context.route('**/s/*', (route) => (route.request().method() === 'POST' ? handle(route) : route.continue()));
}

guest('without network the answer waits, and goes out as soon as there is one', PHONE, async ({
  context, page, store, path,
}) => {
  await page.clock.install();
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  // No time passes from here on: nothing is tried again because of that.
  await page.clock.pauseAt(Date.now() + 60_000);
  await context.setOffline(true);
  await submit(page);
  await page.getByText(WORDS.en.offline).waitFor();
  assert.equal(await status(page).innerText(), WORDS.en.offline);
  assert.ok(await page.locator('.survey button').isDisabled());
  await assertStored(store, NOTHING);
  await context.setOffline(false);
  await end(page, 'thanks');
  assert.equal((await focus(page)).field, 'h1');
  await assertStored(store, ONE);
});

guest('a server that is not there yet is asked again', PHONE, async ({ context, page, posts, store, path }) => {
  const replies = [503, 429, 500];
  await intercept(context, (route) => {
    const status = replies.shift();
    if (!status) return route.continue();
    return route.fulfill({ status, contentType: 'text/html', body: '<main><h1>Later</h1></main>' });
  });
  await page.clock.install();
  await open(page, path);
  await answer(page);
  for (const seconds of [1, 2, 4]) {
    await page.getByText(WORDS.en.busy).waitFor();
    const before = posts.length;
    await page.clock.runFor(seconds * 1000 - 100);
    assert.equal(posts.length, before, `it was asked again before ${seconds} seconds were over`);
    const isSent = page.waitForRequest((request) => request.method() === 'POST');
    await page.clock.runFor(200);
    await (await isSent).response();
  }
  await end(page, 'thanks');
  assert.equal(posts.length, 4);
  await assertStored(store, ONE);
});

guest('an answer that waits is sent after a reload', PHONE, async ({ context, page, store, path }) => {
  let isThere = false;
  await intercept(context, (route) => (isThere ? route.continue() : route.fulfill({ status: 503 })));
  // What a page sends on its way out can't be held up: this phone does not do that.
  await page.addInitScript(() => { navigator.sendBeacon = () => false; });
  await open(page, path);
  await answer(page);
  await page.getByText(WORDS.en.busy).waitFor();
  await page.reload();
  // The guest does nothing more.
  await page.getByText(WORDS.en.busy).waitFor();
  await assertStored(store, NOTHING);
  isThere = true;
  await end(page, 'thanks');
  await assertStored(store, ONE);
});

guest('what a proxy answers instead loses nothing, and can be sent again', PHONE, async ({ context, page, store, path }) => {
  let isThere = false;
  const refused = { status: 403, contentType: 'application/json', body: '{"message":"Forbidden"}' };
  await intercept(context, (route) => (isThere ? route.continue() : route.fulfill(refused)));
  await open(page, path);
  await answer(page);
  await page.getByText('Not sent. Please try again in a moment.').waitFor();
  await assertStored(store, NOTHING);
  isThere = true;
  await submit(page);
  await end(page, 'thanks');
  await assertStored(store, ONE);
});

guest('an answer that waits is never sent as one to other questions', PHONE, async ({
  context, page, posts, store, path,
}) => {
  await intercept(context, (route) => route.fulfill({ status: 503 }));
  await page.addInitScript(() => { navigator.sendBeacon = () => false; });
  await open(page, path);
  await answer(page);
  await page.getByText(WORDS.en.busy).waitFor();
  // The store's new survey also has a question called `nps`.
  await putStores([[store, 'conditions']]);
  const asks = async () => (await (await fetch(url + path, { headers: { accept: 'application/json' } })).json()).survey;
  while ((await asks()) !== 'conditions') await sleep(100);
  const before = posts.length;
  await page.reload();
  await page.locator('[data-id=dishes]').waitFor();
  await sleep(500);
  assert.equal(posts.length, before);
  assert.deepEqual(await filledIn(page), {});
  await assertStored(store, NOTHING);
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
  });
}

guest('a tab that is still open does not forget that another has sent', PHONE, async ({ context, page, store, path }) => {
  const other = await context.newPage();
  await open(other, path);
  await open(page, path);
  await answer(page);
  await end(page, 'thanks');
  await pick(other, 'nps', 1);
  await other.close();
  await page.reload();
  await end(page, 'thanks');
  await assertStored(store, ONE);
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

guest('a request that hangs is tried again, and counts once', PHONE, async ({ context, page, posts, store, path }) => {
  let arrived;
  const first = new Promise((done) => { arrived = done; });
  await intercept(context, async (route) => {
    if (posts.length > 1) return route.continue();
    // The answer is recorded, and the reply is lost on its way.
    await route.fetch();
    arrived();
  });
  await page.clock.install();
  await open(page, path);
  await answer(page);
  await first;
  await assertStored(store, ONE);
  await page.clock.runFor(PATIENCE);
  await page.getByText(WORDS.en.offline).waitFor();
  assert.equal(posts.length, 1);
  await page.clock.runFor(FIRST_PAUSE);
  await end(page, 'thanks');
  assert.equal(posts.length, 2);
  await assertStored(store, ONE);
});

// ── Coming back ────────────────────────────────────────────────────────────────────────────────────────────────────

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
  await end(page, 'thanks');
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

guest('two tabs: the first answer stands, and the second is told', PHONE, async ({ context, page, store, path }) => {
  const other = await context.newPage();
  await open(page, path);
  await open(other, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await pick(other, 'nps', 1);
  await pick(other, 'csat', 1);
  await sent(page, () => submit(page));
  await end(page, 'thanks');
  const reply = await sent(other, () => submit(other));
  assert.equal(reply.status(), 409);
  assert.equal(await other.locator('h1').innerText(), WORDS.en.answered);
  assert.equal((await focus(other)).field, 'h1');
  await assertStored(store, ONE);
  // The second can take it back from there.
  await takeBack(other);
  await assertStored(store, NOTHING);
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

/** Answers with what comes from other programs by way of the clipboard, and only the server looks for. */
async function finishWithControlCharacter(page) {
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await page.locator('#why').fill('Soup\u0007');
  await submit(page);
  await page.locator('[data-id=why] .mistake').waitFor();
}

guest('what the server finds wrong stands beside the question', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await finishWithControlCharacter(page);
  assert.equal((await posts[0].response()).status(), 422);
  assert.equal(await page.evaluate(() => document.activeElement.className), 'mistake');
  assert.deepEqual(await filledIn(page), { nps: '9', csat: '5', why: 'Soup\u0007' });
  assert.equal(await page.locator('progress').evaluate(({ value }) => value), 3);
  await assertStored(store, NOTHING);
  await page.locator('#why').fill('Soup');
  assert.equal(await page.locator('[data-id=why] .mistake').count(), 0);
  await sent(page, () => submit(page));
  await assertStored(store, { ...ONE, comments: ['Soup'] });
});

guest('a reload keeps what the server found wrong', PHONE, async ({ page, path }) => {
  await open(page, path);
  await finishWithControlCharacter(page);
  await page.reload();
  assert.deepEqual(await filledIn(page), { nps: '9', csat: '5', why: 'Soup\u0007' });
});

guest('a store that changes its questions meanwhile has the new ones answered', PHONE, async ({
  page, store, path,
}) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  const details = await call('GET', `/stores/${store}`);
  delete details.store;
  await call('PUT', `/stores/${store}`, { ...details, survey: 'delivery' });
  // The functions remember the store for a second here.
  await sleep(1_200);
  await submit(page);
  await page.getByText(shippedSurvey('delivery').title.en).waitFor();
  assert.equal(await page.locator('[role=alert]').count(), 1);
  await assertStored(store, NOTHING);
  // It behaves like a page that was opened: this question has a condition.
  assert.equal(await page.locator('[data-id=problems]').isVisible(), false);
  await finish(page, { nps: 3, csat: 2 });
  await end(page, 'thanks');
  await assertStored(store, { ...NOTHING, responses: 1, nps: { 3: 1 }, csat: { 2: 1 } });
});

// ── Half-way ───────────────────────────────────────────────────────────────────────────────────────────────────────

const LEAVING = {
  'for another page': (page) => page.goto('about:blank'),
  'by closing the page': (page) => page.close({ runBeforeUnload: true }),
  // Older Safaris tell a page that it goes, and not that it is hidden.
  'in an older Safari': async (page) => {
    await page.evaluate(() => addEventListener('visibilitychange', (event) => event.stopPropagation(), true));
    await page.goto('about:blank');
  },
};
for (const [how, leave] of Object.entries(LEAVING)) {
  guest(`leaving ${how} is a partial answer, until the guest comes back`, PHONE, async ({
    context, page, store, path,
  }) => {
    await open(page, path);
    await pick(page, 'nps', 9);
    await leave(page);
    await soon(async () => {
      const { responses, partial, comments } = await stored(store);
      assert.deepEqual({ responses, partial, comments }, { responses: 0, partial: 1, comments: [] });
    });
    const later = await context.newPage();
    await open(later, path);
    assert.deepEqual(await filledIn(later), { nps: '9' });
    await pick(later, 'csat', 5);
    await sent(later, () => submit(later));
    await end(later, 'thanks');
    await assertStored(store, ONE);
  });
}

guest('a phone that is locked sends what is there once, and goes on', PHONE, async ({ page, posts, store, path }) => {
  const lock = (state) =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await open(page, path);
  // Nothing is answered yet.
  await lock('hidden');
  await lock('visible');
  await pick(page, 'nps', 9);
  await lock('hidden');
  await lock('visible');
  await lock('hidden');
  await soon(async () => assert.equal((await stored(store)).partial, 1));
  assert.equal(posts.length, 1);
  await lock('visible');
  await pick(page, 'csat', 5);
  await sent(page, () => submit(page));
  await lock('hidden');
  await sleep(300);
  assert.equal(posts.length, 2);
  await assertStored(store, ONE);
});

guest('who looks and leaves has answered nothing', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await page.goto('about:blank');
  await sleep(300);
  assert.equal(posts.length, 0);
  await assertStored(store, NOTHING);
});

guest('who finishes at once sends one request, also when she leaves', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await finish(page);
  await page.goto('about:blank');
  await sleep(300);
  assert.equal(posts.length, 1);
  await assertStored(store, ONE);
});

guest('a partial answer that comes late replaces nothing', PHONE, async ({ page, store, path }) => {
  await open(page, path);
  const hidden = (name) => page.locator(`input[name=${name}]`).getAttribute('value');
  const fields = { survey: await hidden('survey'), version: await hidden('version'), partial: 'true' };
  await finish(page, { why: 'Soup' });
  // Other answers, and some of the very same.
  for (const answers of [{ nps: '1' }, { nps: '9', csat: '5' }, { nps: '9', csat: '5', why: 'Soup' }]) {
    const reply = await fetch(url + path, { method: 'POST', body: new URLSearchParams({ ...fields, ...answers }) });
    assert.equal(reply.status, 409);
  }
  await assertStored(store, { ...ONE, comments: ['Soup'] });
});

// ── Languages ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** That everything on a survey's page is in a language. */
async function assertSurveyIn(page, language) {
  const { title, questions } = shippedSurvey('dine-in');
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  assert.equal(await page.title(), title[language]);
  assert.equal(await page.locator('h1').innerText(), title[language]);
  const read = await page.locator('.question').evaluateAll((boxes) =>
    boxes.map((box) => [box.dataset.id, box.querySelector('legend, label[for]').innerText.trim()]),
  );
  assert.ok(read.length >= 4);
  for (const [id, words] of read) {
    const { text, required } = questions.find((question) => question.id === id);
    assert.equal(words, required ? text[language] : `${text[language]} ${WORDS[language].optional}`);
  }
  assert.equal(await page.locator('.survey button').innerText(), WORDS[language].send);
  assert.equal(await page.locator('footer [aria-current]').innerText(), WORDS[language].own);
}

for (const language of LANGUAGES) {
  guest(`every page in ${language}`, { ...PHONE, locale: language }, async ({ page, path }) => {
    await open(page, path);
    await assertSurveyIn(page, language);
    const words = WORDS[language];
    const isIn = async (heading) => {
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      assert.equal(await page.locator('h1').innerText(), heading);
      assert.equal(await page.title(), heading);
    };
    await submit(page);
    assert.deepEqual(await page.locator('[role=alert]').allInnerTexts(), [words.missing, words.missing]);
    await finish(page);
    await isIn(words.thanks);
    await open(page, path);
    await end(page, 'answered');
    await isIn(words.answered);
    assert.equal(await page.locator('button').innerText(), words.takeBack);
    await takeBack(page);
    await isIn(words.takenBack);
    await follow(page, () => page.getByText(words.again).click());
    await assertSurveyIn(page, language);
    // Another language stays for the rest of the visit, whatever the phone speaks.
    for (const other of LANGUAGES) {
      await follow(page, () => page.locator('footer').getByText(WORDS[other].own).click());
      await assertSurveyIn(page, other);
    }
    await open(page, `/s/${'A'.repeat(32)}`);
    await isIn(words.noLink);
  });
}

for (const [wanted, language] of Object.entries({ 'zh-HK': 'zh-TW', 'zh': 'zh-CN', 'en-GB': 'en', 'fr': 'zh-CN' })) {
  guest(`a phone in ${wanted} is served ${language}`, { ...PHONE, locale: wanted }, async ({ page, path }) => {
    await open(page, path);
    await assertSurveyIn(page, language);
  });
}

// ── Everybody ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Each page that a guest may see, and how she gets there.
const STATES = {
  'the form': async ({ page, path }) => open(page, path),
  'a form with mistakes': async ({ page, path }) => {
    await open(page, path);
    await submit(page);
    await page.locator('.mistake').first().waitFor();
  },
  'a form with mistakes that the server found': async ({ page, path }) => {
    await open(page, path);
    await finishWithControlCharacter(page);
  },
  'an answer that waits for the network': async ({ context, page, path }) => {
    await intercept(context, (route) => route.abort());
    await open(page, path);
    await pick(page, 'nps', 9);
    await pick(page, 'csat', 5);
    await submit(page);
    await soon(async () => assert.notEqual(await status(page).innerText(), ''));
  },
  'thanks': async ({ page, path }) => {
    await open(page, path);
    await finish(page);
  },
  'already answered': async ({ page, path }) => {
    await send(path, { nps: 0, csat: 1 });
    await open(page, path);
    await finish(page);
  },
  'taken back': async ({ page, path }) => {
    await open(page, path);
    await finish(page);
    await takeBack(page);
  },
  'an expired link': async ({ page }) => {
    assert.equal((await open(page, expired)).status(), 410);
  },
  'not a link': async ({ page }) => open(page, `/s/${'A'.repeat(32)}`),
  'the receipt': async ({ page, path }) => open(page, `${path}/receipt`),
};

/** Text that sticks out of the box in which it is drawn. */
function clipped(page) {
  return page.evaluate(() => {
    const isDrawn = ({ backgroundColor, borderTopWidth }) =>
      backgroundColor !== 'rgba(0, 0, 0, 0)' || borderTopWidth !== '0px';
    const isInside = (inner, outer) =>
      inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
    const problems = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      let box = text.parentElement;
      if (!text.data.trim() || !box.checkVisibility() || box.matches('script, textarea')) continue;
      while (!isDrawn(getComputedStyle(box)) && box !== document.body) box = box.parentElement;
      const range = document.createRange();
      range.selectNodeContents(text);
      if (isInside(range.getBoundingClientRect(), box.getBoundingClientRect())) continue;
      problems.push(`${JSON.stringify(text.data.trim())} does not fit into ${box.outerHTML.slice(0, 80)}`);
    }
    return problems;
  });
}

// In English, whose words are the longest.
for (const [name, reach] of Object.entries(STATES)) {
  // Without the page's policy, which would keep the larger letters out.
  guest(`everybody can use ${name}`, { ...NARROW, bypassCSP: true }, async (visit) => {
    const { page } = visit;
    await reach(visit);
    const problems = [];
    const look = async (how, ...looks) => {
      for (const found of looks) problems.push(...(await found(page)).map((problem) => `${how}: ${problem}`));
    };
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await look(colorScheme, violations, overflow, clipped, smallTargets);
    }
    await page.addStyleTag({ content: ':root { font-size: 200% !important }' });
    await look('with letters twice as large', overflow, clipped, smallTargets);
    assert.deepEqual(problems, []);
  });
}

// ── What guests write ──────────────────────────────────────────────────────────────────────────────────────────────

const COMMENTS = {
  'markup and quotes': `<script>alert(1)</script>"><img src=x onerror=alert(2)> 'a' "b" &amp; \`c\` </textarea>`,
  'emoji and right-to-left': '👩‍👩‍👧 🇨🇳 مرحبا بالعالم \u202eabc\u202c 你好',
  '500 characters of four bytes': '🥟'.repeat(500),
  'lines': '第一行\n\n第三行\n\t缩进',
};
for (const [what, comment] of Object.entries(COMMENTS)) {
  guest(`${what} come back as they were typed`, PHONE, async ({ context, page, store, path }) => {
    await open(page, path);
    await finish(page, { why: comment });
    await assertStored(store, { ...ONE, comments: [comment] });

    await context.addCookies([{ name: 'grant', value: grant, url }]);
    await open(page, `/reports/store/${store}.html`);
    const shown = page.locator('.comment p:not(.note)');
    assert.deepEqual(await shown.evaluateAll((texts) => texts.map(({ textContent }) => textContent)), [comment]);
    assert.equal(await page.locator('script, img').count(), 0);
  });
}

const WITHOUT_SCRIPT = { ...DESK, javaScriptEnabled: false, survey: 'conditions' };
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

// ── Weight and policies ────────────────────────────────────────────────────────────────────────────────────────────

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
    // What is sent, and what is left of the page where something in between compresses it as well as can be.
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

// ── The receipt ────────────────────────────────────────────────────────────────────────────────────────────────────

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

test('no other frame shows the receipt, and none the survey', { timeout: 30_000 }, async () => {
  for (const [site, end] of [['https://example.org', '/receipt'], [WECHAT_PAY, ''], ['https://example.org', '']]) {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      await frame(context, page, site, `${await newSurvey(12)}${end}`);
      await refused;
    } finally {
      await context.close();
    }
  }
});
