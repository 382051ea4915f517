// Opens every page in Chromium, as guests and managers do, and checks what only a browser can tell.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/check.mjs
//
// CHROMIUM names another Chromium than /usr/bin/chromium. The stack is the real program on ports and a folder of its
// own, so that the checks can run beside anything else.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import {
  ROOT, browser, call, focus, folder, follow, grant, loginLink, newSurvey, option, overflow, putStores, run, send, sent,
  shippedSurvey, smallTargets, start, stop, surveyLink, url, violations,
} from './stack.mjs';

const LANGUAGES = ['zh-CN', 'en'];
const SCHEMES = ['light', 'dark'];
// The narrowest phone that WCAG asks for, a usual phone, a desk.
const NARROW = { width: 320, height: 640 };
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };
// A4 without margins of a centimetre, at CSS's 96 pixels an inch.
const PAPER = { width: 718, height: 1047 };

// Stores that the checks put in beside the demo's.
const CHOICE_STORE = 901;
const EMPTY_STORE = 902;

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 400;

before(() => start(LONGEST_SECONDS, putWhatTheDemoLacks));
after(stop);

/** The last business day that is over on the demo's stores' clocks, on which a day starts at 04:00. */
function yesterday() {
  const day = new Date(Date.now() - (24 + 4) * 3_600_000);
  // Swedish dates are written 2026-11-21.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(day);
}

/**
 * What the demo does not have: many answers, a survey with a choice, a store without answers, comments that are hard
 * to show.
 */
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
    // What would be markup, and a line's end.
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

/**
 * Hands `use` a page of a browser that has nothing but a manager's cookie, and returns what was noted meanwhile, each
 * problem with what was looked at, and how. `note` takes problems; `see` changes how the page is looked at.
 * Console errors and requests are noted by themselves.
 */
async function look(name, { language = 'en', scheme = 'light', size = PHONE, ...options }, use) {
  const problems = [];
  const note = (...found) => {
    for (const problem of found) problems.push(`${name}, ${language}, ${scheme}, ${size.width}x${size.height}: ${problem}`);
  };
  const context = await browser.newContext({ locale: language, colorScheme: scheme, viewport: size, ...options });
  try {
    await context.addCookies([{ name: 'grant', value: grant, url }]);
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => note(`page error: ${error.message}`));
    page.on('request', (request) => {
      // The script of a survey sends the answers to where its page came from.
      const isAnswer = request.method() === 'POST' && isSamePage(request.url(), page.url());
      if (!request.isNavigationRequest() && !isAnswer) note(`a request besides the page itself: ${request.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url: source } = message.location();
      const notLoaded = message.text().startsWith('Failed to load resource');
      // Chromium reports the status of a document that is no success as an error of the page's own address.
      if (notLoaded && isSamePage(source, page.url())) return;
      // Only a page without its policy lets the browser ask for an icon.
      if (notLoaded && options.bypassCSP && source === `${url}/favicon.ico`) return;
      note(`console error: ${message.text()} ${source}`);
    });
    const see = async (otherScheme, otherSize) => {
      [scheme, size] = [otherScheme, otherSize];
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize(size);
    };
    await use(page, note, see);
  } catch (error) {
    note(error.message);
  } finally {
    await context.close();
  }
  return problems;
}

/** Whether two addresses differ by no more than their queries, such as the language. */
function isSamePage(one, other) {
  const withoutQuery = (address) => address.replace(/[?#].*/, '');
  return withoutQuery(one) === withoutQuery(other);
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

/** Looks in each language at once, and fails with all problems. */
async function inEachLanguage(lookAt) {
  const problems = (await Promise.all(LANGUAGES.map(lookAt))).flat();
  assert.ok(problems.length === 0, `${problems.length} problems\n${problems.join('\n')}`);
}

// ── What is looked at ──────────────────────────────────────────────────────────────────────────────────────────────

/** What paper, which does not scroll, would lose. */
function cutOff(page) {
  return page.evaluate(() =>
    [...document.body.querySelectorAll('*')]
      .filter((element) => getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth)
      .map((element) => `${element.scrollWidth - element.clientWidth} px are cut off: ${element.outerHTML.slice(0, 120)}`),
  );
}

for (const name of Object.keys(PAGES)) {
  test(`${name}: fits every window, and everybody can use it`, { timeout: 120_000 }, () =>
    inEachLanguage((language) =>
      // Without the page's policy, which would keep the larger letters out.
      look(name, { language, bypassCSP: true }, async (page, note, see) => {
        note(...(await opening(page, name)));
        // No page looks at its window from a script: it is the same whether the window is so from the start or becomes
        // so, and not opening each page twelve times saves minutes.
        for (const scheme of SCHEMES) {
          for (const size of [NARROW, PHONE, DESK]) {
            await see(scheme, size);
            note(...(await overflow(page)), ...(await violations(page)));
            if (name.startsWith('survey')) note(...(await smallTargets(page)));
          }
        }
        await see('light', NARROW);
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

// ── What guests and managers do ────────────────────────────────────────────────────────────────────────────────────

/** What is wrong unless exactly these answers are there: the same again are 200, others 409. */
async function recordedAs(path, answers) {
  const status = await send(path, answers);
  return status === 200 ? [] : [`other answers were recorded than ${JSON.stringify(answers)} (${status})`];
}

for (const javaScriptEnabled of [false, true]) {
  const script = `JavaScript ${javaScriptEnabled ? 'on' : 'off'}`;
  const submit = javaScriptEnabled ? sent : follow;

  test(`a guest answers by tapping, ${script}`, { timeout: 30_000 }, () =>
    inEachLanguage((language) =>
      look('survey', { language, javaScriptEnabled, hasTouch: true, isMobile: true }, async (page, note) => {
        const path = await newSurvey(12);
        await page.goto(url + path);
        await option(page, 'nps', 2).tap();
        // A guest changes her mind.
        await option(page, 'nps', 9).tap();
        await option(page, 'csat', 5).tap();
        await page.locator('textarea').fill('汤很好喝。');
        const reply = await submit(page, () => page.locator('form button').tap());
        if (reply.status() !== 201) note(`status ${reply.status()} instead of 201`);
        note(...(await recordedAs(path, { nps: 9, csat: 5, why: '汤很好喝。' })));
      }),
    ),
  );

  test(`a guest answers by keyboard alone, ${script}`, { timeout: 30_000 }, () =>
    inEachLanguage((language) =>
      look('survey', { language, javaScriptEnabled, size: DESK }, async (page, note) => {
        const path = await newSurvey(12);
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
        note(...(await recordedAs(path, { nps: 9, csat: 2, why: 'Soup' })));
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
