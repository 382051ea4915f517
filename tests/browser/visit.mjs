// A guest's visit, as the checks of each journey begin it. The browser has nothing from before, and the link is a fresh
// one of a store of its own. The store's report says what came of it, not the page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { call, shippedSurvey, stored as storedOf, url } from '../program.mjs';
import { browser, follow, newSurvey, option, putStores, sent, start } from './stack.mjs';
import { LANGUAGES, WORDS } from './words.mjs';

export const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
export const DESK = { viewport: { width: 800, height: 600 } };
// The narrowest phone that WCAG asks for. Not `isMobile`: such a page grows with what is too wide for it.
export const NARROW = { viewport: { width: 320, height: 640 } };

// The only site that may show the receipt in a frame.
export const WECHAT_PAY = 'https://payapp.weixin.qq.com';

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 900;

// ── Surveys and stores ─────────────────────────────────────────────────────────────────────────────────────────────

const inEachLanguage = (words) => Object.fromEntries(LANGUAGES.map((language) => [language, `${words} (${language})`]));
const question = (kind) => (id, more) => ({ id, kind, text: inEachLanguage(id), ...more });
const scale = question('scale');
const text = question('text');
const choice = question('choice');
const options = (...ids) => ids.map((id) => ({ id, text: inEachLanguage(id) }));
const survey = (id, questions, more) => ({ id, title: inEachLanguage(id), questions, ...more });

export const DINE_IN = shippedSurvey('dine-in');

// Conditions on a scale and on a choice, one of them on a question that has a condition itself.
export const CONDITIONS = survey('conditions', [
  scale('nps', { min: 0, max: 10, measures: 'recommend', required: true }),
  text('sorry', { max_length: 10, required: true, ask_if: { question: 'nps', at_most: 6 } }),
  choice('dishes', { many: true, options: options('soup', 'noodles') }),
  scale('heat', { min: 1, max: 5, ask_if: { question: 'dishes', chose: 'soup' } }),
  choice('chilli', { options: options('less', 'more'), ask_if: { question: 'heat', at_least: 4 } }),
]);

// A form's inputs become its properties: these would hide what a script might ask a form for.
export const CLOBBER = survey('clobber', [
  scale('submit', { min: 0, max: 10, measures: 'recommend', required: true }),
  scale('action', { min: 1, max: 5, measures: 'satisfaction', required: true }),
  choice('dataset', { many: true, options: options('querySelector', 'addEventListener') }),
  scale('classList', { min: 1, max: 5, ask_if: { question: 'dataset', chose: 'querySelector' } }),
  text('elements'),
  text('constructor'),
]);

// Each test has a store of its own, whose report is then about this test alone.
const stores = [];
export function newStore(survey) {
  const store = 1001 + stores.length;
  stores.push([store, survey]);
  return store;
}

/** Starts everything, with the stores of the tests and what they ask. Then `prepare` does what else is needed. */
export function startForGuests(prepare = async () => {}) {
  return start(LONGEST_SECONDS, {
    prepare: async () => {
      // The demo's name, so that the pages are as long as there.
      await call('PUT', '/brand', { name: "巷子小馆 Lane's Kitchen (demo)" });
      for (const survey of new Set(stores.map(([, survey]) => survey))) await putSurvey(survey);
      await putStores(stores.map(([store, survey]) => [store, survey.id]));
      await prepare();
    },
  });
}

export const putSurvey = (survey) => call('PUT', `/surveys/${survey.id}`, survey);

/** The path of a link that has expired. It was made while its survey's links lived long, and now they live shortly. */
export async function expiredLink() {
  const shortLived = survey('short-lived', [scale('nps', { min: 0, max: 10 })], { link_lifetime_days: 60 });
  const store = newStore(shortLived);
  await putSurvey(shortLived);
  await putStores([[store, shortLived.id]]);
  const path = await newSurvey(store, new Date(Date.now() - 3 * 24 * 3_600_000));
  await putSurvey({ ...shortLived, link_lifetime_days: 1 });
  // Functions remember the survey for a second.
  await soon(async () => assert.equal((await fetch(url + path)).status, 410));
  return path;
}

// ── A guest ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A test of one guest. `use` gets their browser, which has nothing from before, and a page of it. It also gets a store
 * of its own, the path of a fresh link of that store, and the requests by which the guest's pages send.
 * `onAnotherPhone` opens a page of another browser, which has nothing of the first.
 */
export function guest(name, { survey = DINE_IN, ...options }, use) {
  const store = newStore(survey);
  test(name, { timeout: 60_000 }, () => visit(store, options, use));
}

async function visit(store, options, use) {
  const problems = [];
  const posts = [];
  const phones = [];
  const newPhone = async () => {
    const context = await browser.newContext({ locale: 'en', ...options });
    phones.push(context);
    context.setDefaultTimeout(10_000);
    listen(context, problems);
    return context;
  };
  try {
    const context = await newPhone();
    context.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request);
    });
    const page = await context.newPage();
    const onAnotherPhone = async () => (await newPhone()).newPage();
    await use({ context, page, posts, store, path: await newSurvey(store), onAnotherPhone });
    assert.deepEqual(problems, []);
  } catch (error) {
    if (problems.length) error.message += `\nAnd meanwhile: ${problems.join('\n')}`;
    throw error;
  } finally {
    for (const phone of phones) await phone.close();
  }
}

/** Notes what a browser's pages complain of. */
function listen(context, problems) {
  context.on('weberror', (error) => problems.push(`page error: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on('console', (message) => {
    // The tests bring about replies that are no success, and Chromium reports each.
    if (!message.text().startsWith('Failed to load resource')) problems.push(`console: ${message.text()}`);
  });
}

export const open = (page, path) => page.goto(url + path);
export const pick = (page, question, value) => option(page, question, value).click();
export const submit = (page) => page.locator('.survey button').click();
export const end = (page, name) => page.locator(`[data-end=${name}]`).waitFor();
export const takeBackButton = (page) => page.locator('button[name=take_back]');
export const takeBack = (page) => follow(page, () => takeBackButton(page).click());
export const status = (page) => page.locator('[role=status]');

/** The submission that a page sends along: of the answers, or of the one that it takes back. */
export const submissionOn = (page) => page.locator('form:not(.case) input[name=submission]').getAttribute('value');

/** That a page says that the visit is answered, and has nothing to take that back with. */
export async function assertNothingToTakeBack(page) {
  await page.waitForLoadState();
  assert.equal(await page.locator('[data-end=answered]').count(), 1);
  assert.equal(await takeBackButton(page).isVisible(), false);
  assert.ok(!(await page.locator('main').innerText()).includes(WORDS.en.offer));
}

/** The fields that are filled in. */
export function filledIn(page) {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll('.question input:checked, .question textarea')];
    return Object.fromEntries(fields.filter(({ value }) => value).map(({ name, value }) => [name, value]));
  });
}

/** The ids of the questions that are shown. */
export function shown(page) {
  return page.locator('.question:visible').evaluateAll((questions) => questions.map((question) => question.dataset.id));
}

/** Answers what has to be answered, and sends it, whether that works or not. */
export async function answer(page) {
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await submit(page);
}

/** Answers and sends, and waits for the reply. */
export async function finish(page, { nps = 9, csat = 5, why } = {}) {
  await pick(page, 'nps', nps);
  await pick(page, 'csat', csat);
  if (why) await page.locator('#why').fill(why);
  return sent(page, () => submit(page));
}

/** The store's answers, as they are stored now. */
export async function stored(store) {
  const there = await storedOf(store);
  return { ...there, comments: there.comments.map(({ text }) => text) };
}

export const NOTHING = { responses: 0, partial: 0, nps: {}, csat: {}, comments: [] };
export const ONE = { ...NOTHING, responses: 1, nps: { 9: 1 }, csat: { 5: 1 } };

export async function assertStored(store, expected) {
  assert.deepEqual(await stored(store), expected);
}

/** Tries until it passes, for so many seconds. */
export async function soon(assertion, seconds = 5) {
  for (const deadline = Date.now() + seconds * 1_000; ; await sleep(50)) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Lets `handle` have everything that is sent to a survey. */
export function intercept(context, handle) {
  return context.route('**/s/*', (route) => (route.request().method() === 'POST' ? handle(route) : route.continue()));
}

// Few characters, each of more bytes than any that people write: only the server finds that.
export const TOO_MUCH = Array(15).fill('🥟').join('\u200d').repeat(250);

/** Answers with what the page lets through and the server does not. */
export async function finishWithTooMuch(page) {
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  // The field takes no such text by itself.
  await page.locator('#why').evaluate((field, text) => {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, TOO_MUCH);
  await submit(page);
  await page.locator('[data-id=why] .mistake').waitFor();
}
