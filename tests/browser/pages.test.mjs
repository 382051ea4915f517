// Opens every page in Chromium, as guests and managers do, and checks what only a browser can tell.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/pages.test.mjs
//
// CHROMIUM names another Chromium than /usr/bin/chromium.

import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ROOT, call, folder, loginLink, run, shippedSurvey, surveyLink, url } from '../program.mjs';
import { cutOff, overflow, smallTargets, violations } from './flaws.mjs';
import { WINDOWS, inEachLanguage, look } from './look.mjs';
import { follow, newSurvey, option, putStores, sent, start, stop } from './stack.mjs';

const SCHEMES = ['light', 'dark'];
// A4 without margins of a centimetre, at CSS's 96 pixels an inch.
const PAPER = { width: 718, height: 1047 };

// Stores that the checks put in beside the demo's.
const CHOICE_STORE = 901;
const EMPTY_STORE = 902;

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 400;

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

// Each page, the status of its document, and how a browser gets there. `open` returns the document's reply.
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
      return follow(page, () => page.locator('form button').click());
    },
  },
  'unknown link': { status: 404, open: (page) => page.goto(`${url}/s/${'A'.repeat(32)}`) },
  'report of a store': { status: 200, open: (page) => page.goto(`${url}/reports/store/12.html`) },
  'report of cn/east': { status: 200, open: (page) => page.goto(`${url}/reports/cn/east.html`) },
  'report of cn': { status: 200, open: (page) => page.goto(`${url}/reports/cn.html`) },
  'report of an empty store': { status: 200, open: (page) => page.goto(`${url}/reports/store/${EMPTY_STORE}.html`) },
  'login without a grant': { status: 401, open: (page) => page.goto(`${url}/login`) },
};

async function answer(page, path) {
  await page.goto(url + path);
  await option(page, 'nps', 9).click();
  await option(page, 'csat', 5).click();
  return sent(page, () => page.locator('form button').click());
}

/** Opens a page of the list: what is wrong with its document. */
async function opening(page, name) {
  const { status, open } = PAGES[name];
  const reply = await open(page);
  const problems = [];
  if (reply.status() !== status) problems.push(`status ${reply.status()} instead of ${status}`);
  const headings = await page.locator('h1').allInnerTexts();
  if (headings.length !== 1 || !headings[0].trim()) problems.push(`its h1 are ${JSON.stringify(headings)}`);
  return problems;
}

// ── What is looked at ──────────────────────────────────────────────────────────────────────────────────────────────

for (const name of Object.keys(PAGES)) {
  test(`${name}: fits every window, and everybody can use it`, { timeout: 120_000 }, () =>
    inEachLanguage((language) =>
      // Without the page's policy, which would keep the larger letters out.
      look(name, { language, bypassCSP: true }, async (page, note, see) => {
        note(...(await opening(page, name)));
        // No page looks at its window from a script: it is the same whether the window is so from the start or becomes
        // so, and not opening each page twelve times saves minutes.
        for (const scheme of SCHEMES) {
          for (const size of Object.values(WINDOWS)) {
            await see(scheme, size);
            note(...(await overflow(page)), ...(await violations(page)));
            if (name.startsWith('survey')) note(...(await smallTargets(page)));
          }
        }
        await see('light', WINDOWS.narrow);
        await page.addStyleTag({ content: ':root { font-size: 200% !important }' });
        note(...(await overflow(page)).map((problem) => `with letters twice as large ${problem}`));
      }),
    ),
  );
}

for (const name of Object.keys(PAGES)) {
  test(`${name}: passes its own content security policy`, { timeout: 30_000 }, () =>
    inEachLanguage((language) =>
      look(name, { language }, async (page, note) => note(...(await opening(page, name)))),
    ),
  );
}

for (const name of Object.keys(PAGES).filter((name) => name.startsWith('report'))) {
  test(`${name}: fits the paper it is printed on`, { timeout: 30_000 }, () =>
    inEachLanguage((language) =>
      look(name, { language, size: PAPER }, async (page, note) => {
        await page.emulateMedia({ media: 'print' });
        note(...(await opening(page, name)), ...(await overflow(page)), ...(await cutOff(page)));
      }),
    ),
  );
}

test('the links that the program prints lead to a survey and to a report', { timeout: 30_000 }, () =>
  inEachLanguage((language) =>
    look('printed links', { language }, async (page, note) => {
      await page.context().clearCookies();
      const survey = await page.goto(surveyLink);
      if (survey.status() !== 200) note(`the survey link is ${survey.status()}`);
      const report = await page.goto(loginLink);
      if (report.status() !== 200) note(`the login link is ${report.status()}`);
      // The grant is a key to every report: it must not stay in the address.
      const { pathname, search } = new URL(page.url());
      if (!pathname.startsWith('/reports/') || search) note(`the login link ends at ${pathname}${search}`);
    }),
  ),
);
