// Opens every page of a survey and of a report in Chromium, as guests and managers do. Checks what only a browser
// can see.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/pages.test.mjs
//
// CHROMIUM names another Chromium than /usr/bin/chromium.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ROOT, call, folder, printedSignInLink, run, shippedSurvey, surveyLink, url } from '../program.mjs';
import { checkEach } from './every-window.mjs';
import { look } from './look.mjs';
import { follow, newSurvey, option, pressSignIn, putStores, sent, start, stop } from './stack.mjs';

// Stores that the checks put in beside the demo's.
const CHOICE_STORE = 901;
const EMPTY_STORE = 902;

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 900;

before(() => start(LONGEST_SECONDS, { hasDemo: true, prepare: putWhatTheDemoLacks }));
after(stop);

/** The last business day that is over on the demo's stores' clocks, on which a day starts at 04:00. */
function yesterday() {
  const day = new Date(Date.now() - (24 + 4) * 3_600_000);
  // Swedish dates are written 2026-11-21.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(day);
}

/** Adds to the demo: many answers, a survey with a choice, a store without answers, comments that are hard to show. */
async function putWhatTheDemoLacks() {
  await run(
    'replay', '--survey', join(ROOT, 'surveys/dine-in.json'), '--csv', join(ROOT, 'tests/data/lunch.csv'),
    '--store', '12', '--day', yesterday(), '--map', 'nps=recommend,csat=satisfied,why=comment', '--data', folder,
  );
  await call('PUT', '/surveys/delivery', shippedSurvey('delivery'));
  await putStores([[CHOICE_STORE, 'delivery'], [EMPTY_STORE, 'dine-in']]);
  const comments = [
    // Nowhere to break a line.
    `https://example.org/${'x'.repeat(120)}`,
    // Markup, and a line's end.
    '味道很好，<b>服务</b>也好。\n下次带朋友来 & 再点一份。',
  ];
  for (const why of comments) await call('POST', await newSurvey(12), { answers: { nps: 8, csat: 4, why } });
  // A report that has answers of more than one survey lets the manager choose.
  await call('POST', await newSurvey(CHOICE_STORE), { answers: { nps: 3, csat: 2, problems: ['late'] } });
  await call('POST', '/_local/schedules/RollUpStoresHourly');
}

// ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────

const REPORT = { status: 200, isPrinted: true };

// Each page, as `checkEach` takes them.
const PAGES = {
  'survey': { status: 200, open: async (page) => page.goto(url + (await newSurvey(12))) },
  'survey with a choice': { status: 200, open: async (page) => page.goto(url + (await newSurvey(CHOICE_STORE))) },
  'survey with a mistake': {
    status: 422,
    open: async (page) => {
      await page.goto(url + (await newSurvey(12)));
      await option(page, 'nps', 3).click();
      // As a browser does that lets required answers be missing.
      return follow(page, () => page.evaluate(() => document.querySelector('form').submit()));
    },
  },
  'thanks': { status: 201, open: async (page) => answer(page, await newSurvey(12)) },
  'already answered': {
    status: 409,
    open: async (page) => {
      const path = await newSurvey(12);
      await call('POST', path, { answers: { nps: 0, csat: 1 } });
      return answer(page, path);
    },
  },
  'taken back': {
    status: 200,
    open: async (page) => {
      await answer(page, await newSurvey(12));
      return follow(page, () => page.locator('[name=take_back]').click());
    },
  },
  'unknown link': { status: 404, open: (page) => page.goto(`${url}/s/${'A'.repeat(32)}`) },
  'report of a store': { ...REPORT, open: (page) => page.goto(`${url}/reports/store/12.html`) },
  'report of cn/east': { ...REPORT, open: (page) => page.goto(`${url}/reports/cn/east.html`) },
  'report of cn': { ...REPORT, open: (page) => page.goto(`${url}/reports/cn.html`) },
  'report of an empty store': { ...REPORT, open: (page) => page.goto(`${url}/reports/store/${EMPTY_STORE}.html`) },
  'login without a grant': { status: 401, isSignedIn: false, open: (page) => page.goto(`${url}/login`) },
};

async function answer(page, path) {
  await page.goto(url + path);
  await option(page, 'nps', 9).click();
  await option(page, 'csat', 5).click();
  return sent(page, () => page.locator('form button').click());
}

// ── The checks ─────────────────────────────────────────────────────────────────────────────────────────────────────

checkEach(PAGES);

test('the links that the program prints lead to a survey and, once, to a report', { timeout: 30_000 }, async () => {
  const problems = await look('printed links', { isSignedIn: false }, async (page, note) => {
    const survey = await page.goto(surveyLink);
    if (survey.status() !== 200) note(`the survey link is ${survey.status()}`);
    await page.goto(printedSignInLink);
    await pressSignIn(page);
    // A person who reads the link over a shoulder must not get in: it stays in no address, and works no second time.
    if (page.url() !== `${url}/reports/cn.html`) note(`the sign-in link ends at ${page.url()}`);
    const again = await page.goto(printedSignInLink);
    if (again.status() !== 410) note(`the used sign-in link is ${again.status()}`);
  });
  assert.deepEqual(problems, []);
});
