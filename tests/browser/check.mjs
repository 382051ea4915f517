// Opens every page in Chromium, as guests and managers do, and checks what only a browser can tell.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/check.mjs
//
// CHROMIUM names another Chromium than /usr/bin/chromium. The stack is the real program on ports and a folder of its
// own, so that the checks can run beside anything else.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.AFTERTASTE_PROGRAM && resolve(process.env.AFTERTASTE_PROGRAM);
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

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

// What a finger hits for sure, in CSS pixels.
const SMALLEST_TARGET = 44;

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 400;

// ── The stack ──────────────────────────────────────────────────────────────────────────────────────────────────────

let program;
let folder;
let browser;
// Where the stack listens, the grant of everything, and the two links that it prints.
let url;
let grant;
let surveyLink;
let loginLink;

before(async () => {
  try {
    await startStack();
    await startBrowser();
  } catch (error) {
    // Without this, what had started would keep this process from its end.
    await stop();
    throw error;
  }
});
after(stop);
// Whatever ends this process, what it started ends with it. (Playwright sees to the browser.)
process.on('exit', () => {
  program?.kill('SIGKILL');
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
setTimeout(() => {
  console.error(`The checks were not done after ${LONGEST_SECONDS} seconds.`);
  process.exit(1);
}, LONGEST_SECONDS * 1000).unref();

async function startStack() {
  assert.ok(PROGRAM, 'AFTERTASTE_PROGRAM names the built program, such as target/debug/aftertaste-local.');
  folder = mkdtempSync(join(tmpdir(), 'aftertaste-browser-'));
  program = spawn(PROGRAM, ['--port', '0', '--dynamodb-port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RUST_LOG: 'error' },
  });
  const failed = once(program, 'error').then(([error]) => Promise.reject(error));
  const lines = createInterface({ input: program.stdout });
  // The reader goes on after `ready`: what is printed later must not fill the pipe.
  const ready = new Promise((done, fail) => {
    lines.on('line', (line) => {
      surveyLink ??= line.match(/http\S+\/s\/\S+/)?.[0];
      loginLink ??= line.match(/http\S+\/login\?grant=\S+/)?.[0];
      url ??= line.match(/^ready (http\S+)/)?.[1];
      if (url) done();
    });
    lines.on('close', () => fail(new Error(`${PROGRAM} ended before it was ready.`)));
  });
  await Promise.race([ready, failed]);
  assert.ok(surveyLink && loginLink, 'The program prints a survey link and a login link before it is ready.');

  grant = (await run('grant', 'issue admin report:', '--data', folder)).trim();
  await run(
    'replay', '--survey', join(ROOT, 'surveys/dine-in.json'), '--csv', join(ROOT, 'tests/data/lunch.csv'),
    '--store', '12', '--day', yesterday(), '--map', 'nps=recommend,csat=satisfied,why=comment', '--data', folder,
  );
  await putWhatTheDemoLacks();
  await call('POST', '/_local/schedules/RollUpStoresHourly');
}

async function startBrowser() {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    timeout: 30_000,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

async function stop() {
  await browser?.close();
  // A program that could not be started has no process.
  if (!program?.pid || program.exitCode !== null || program.signalCode !== null) return;
  const ended = once(program, 'exit');
  program.kill('SIGINT');
  const patience = setTimeout(() => program.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

/** Runs a command of the program to its end: what it printed. */
async function run(...words) {
  const { stdout } = await promisify(execFile)(PROGRAM, words, { timeout: 60_000 });
  return stdout;
}

/** Sends JSON with the grant of everything: the reply's JSON. */
async function call(method, path, body) {
  const reply = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${grant}`, accept: 'application/json', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
  return text && JSON.parse(text);
}

/** The last business day that is over on the demo's stores' clocks, on which a day starts at 04:00. */
function yesterday() {
  const day = new Date(Date.now() - (24 + 4) * 3_600_000);
  // Swedish dates are written 2026-11-21.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(day);
}

let payments = 0;

/** The path of the survey of a payment that was made just now. */
async function newSurvey(store) {
  payments += 1;
  const paid = { store, payment: `browser ${payments}`, paid_at: new Date().toISOString() };
  return `/s/${(await call('POST', '/links', paid)).link}`;
}

/** What the demo does not have: a survey with a choice, a store without answers, comments that are hard to show. */
async function putWhatTheDemoLacks() {
  const survey = JSON.parse(readFileSync(join(ROOT, 'surveys/delivery.json'), 'utf8'));
  await call('PUT', `/surveys/${survey.id}`, survey);
  for (const [store, asks] of [[CHOICE_STORE, survey.id], [EMPTY_STORE, 'dine-in']]) {
    const place = { path: 'cn/south/shenzhen', time_zone: 'Asia/Shanghai' };
    await call('PUT', `/stores/${store}`, { name: `新店 New store ${store}`, survey: asks, ...place });
    // Functions remember for a while that there is no such store.
    const deadline = Date.now() + 20_000;
    while (!(await newSurvey(store).catch(() => null))) {
      assert.ok(Date.now() < deadline, `Store ${store} was put, and there are still no links for it.`);
      await sleep(200);
    }
  }
  const comments = [
    // Nowhere to break a line.
    `https://example.org/${'x'.repeat(120)}`,
    // What would be markup, and a line's end.
    '味道很好，<b>服务</b>也好。\n下次带朋友来 & 再点一份。',
  ];
  for (const why of comments) await call('POST', await newSurvey(12), { answers: { nps: 8, csat: 4, why } });
  // A report that has answers of more than one survey lets the manager choose.
  await call('POST', await newSurvey(CHOICE_STORE), { answers: { nps: 3, csat: 2, problems: ['late'] } });
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

/** What a guest sees, and hits, of an answer. */
function option(page, question, value) {
  return page.locator(`label:has(input[name="${question}"][value="${value}"])`);
}

async function answer(page, path) {
  await page.goto(url + path);
  await option(page, 'nps', 9).click();
  await option(page, 'csat', 5).click();
  return follow(page, () => page.locator('form button').click());
}

/** Does what leads to another page, and waits until that is there: its document's reply. */
async function follow(page, act) {
  const [reply] = await Promise.all([
    page.waitForResponse((response) => response.request().isNavigationRequest()),
    page.waitForEvent('load'),
    act(),
  ]);
  return reply;
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
      if (!request.isNavigationRequest()) note(`a request besides the page itself: ${request.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url: source } = message.location();
      const notLoaded = message.text().startsWith('Failed to load resource');
      // Chromium reports the status of a document that is no success as an error of the page's own address.
      if (notLoaded && source === page.url()) return;
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

/** What makes the document wider than the window. */
function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const tooFar = (box) => box.getBoundingClientRect().right > root.clientWidth + 0.5;
    const scrolls = (element) => element !== document.body && getComputedStyle(element).overflowX !== 'visible';
    // A long word sticks out of its element.
    const longWord = (element) =>
      [...element.childNodes].some((node) => {
        const text = document.createRange();
        text.selectNode(node);
        return node.nodeType === Node.TEXT_NODE && tooFar(text);
      });
    const culprits = [];
    // What scrolls by itself may be as wide inside as it likes. Of the others the innermost suffice: what is around
    // them sticks out because of them.
    const search = (element) => {
      const inside = scrolls(element) ? [] : [...element.children].map(search);
      if (inside.some(Boolean)) return true;
      const guilty = tooFar(element) || (!scrolls(element) && longWord(element));
      if (guilty) culprits.push(element.outerHTML.slice(0, 120));
      return guilty;
    };
    search(document.body);
    return [`the document is ${root.scrollWidth - root.clientWidth} px too wide: ${culprits.slice(0, 5).join(' and ')}`];
  });
}

/** What whoever reads with a screen reader, uses a keyboard or needs contrast would stumble over. */
async function violations(page) {
  await page.evaluate(`window.axe || ${axe.source}`);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `axe ${id} (${impact}): ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`),
  );
}

/** What a finger would miss. An input that its label covers is hit through the label. */
function smallTargets(page) {
  return page.evaluate((smallest) => {
    const inputs = 'label:has(input), input:not([type=hidden], label input)';
    const targets = [...document.querySelectorAll(`a, button, textarea, select, summary, ${inputs}`)];
    // A layout's fractions may be a hair less.
    const small = targets.filter((target) => target.getBoundingClientRect().height < smallest - 0.01);
    if (small.length === 0) return [];
    const some = small.slice(0, 5).map((target) => target.outerHTML.slice(0, 120));
    return [`${small.length} targets are less than ${smallest} px high: ${some.join(' and ')}`];
  }, SMALLEST_TARGET);
}

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
        // A page without script looks the same whether a window is so from the start or becomes so, and not opening
        // each page twelve times saves minutes.
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
  const reply = await fetch(url + path, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ answers }),
  });
  return reply.status === 200 ? [] : [`other answers were recorded than ${JSON.stringify(answers)} (${reply.status})`];
}

for (const javaScriptEnabled of [false, true]) {
  const script = `JavaScript ${javaScriptEnabled ? 'on' : 'off'}`;

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
        const reply = await follow(page, () => page.locator('form button').tap());
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
        const reply = await follow(page, () => press('Enter'));
        if (reply.status() !== 201) note(`status ${reply.status()} instead of 201`);
        note(...(await recordedAs(path, { nps: 9, csat: 2, why: 'Soup' })));
      }),
    ),
  );
}

/** The field that has the focus, and whether that can be seen. */
function focus(page) {
  return page.evaluate(() => {
    const focused = document.activeElement;
    // A scale's buttons are drawn by what stands beside them.
    const drawn = focused.matches('label input') ? focused.nextElementSibling : focused;
    const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
    return {
      field: focused.name || focused.type || focused.localName,
      seen: outlineStyle !== 'none' && outlineWidth !== '0px',
    };
  });
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
