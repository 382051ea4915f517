// What the browser checks and the benchmark start from: the real program on ports and in a folder of its own, so that
// they can run beside anything else, and Chromium. Also what all of them do with a page of a survey.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.AFTERTASTE_PROGRAM && resolve(process.env.AFTERTASTE_PROGRAM);
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

// What a finger hits for sure, in CSS pixels.
const SMALLEST_TARGET = 44;

// ── The stack ──────────────────────────────────────────────────────────────────────────────────────────────────────

let program;
export let folder;
export let browser;
// Where the stack listens, the grant of everything, and the two links that it prints.
export let url;
export let grant;
export let surveyLink;
export let loginLink;

/** Starts the stack, does `prepare` with it, and starts the browser. After `longestSeconds` all is ended. */
export async function start(longestSeconds, prepare = async () => {}) {
  setTimeout(() => {
    console.error(`This was not done after ${longestSeconds} seconds.`);
    process.exit(1);
  }, longestSeconds * 1000).unref();
  try {
    await startStack();
    await prepare();
    await startBrowser();
  } catch (error) {
    // Without this, what had started would keep this process from its end.
    await stop();
    throw error;
  }
}

// Whatever ends this process, what it started ends with it. (Playwright sees to the browser.)
process.on('exit', () => {
  program?.kill('SIGKILL');
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

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

export async function stop() {
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
export async function run(...words) {
  const { stdout } = await promisify(execFile)(PROGRAM, words, { timeout: 60_000 });
  return stdout;
}

/** Sends JSON with the grant of everything: the reply's JSON. */
export async function call(method, path, body) {
  const reply = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${grant}`, accept: 'application/json', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
  return text && JSON.parse(text);
}

/** A definition that ships. */
export function shippedSurvey(id) {
  return JSON.parse(readFileSync(join(ROOT, `surveys/${id}.json`), 'utf8'));
}

/** Puts stores in, each `[number, survey]`, and waits until there are links for them. */
export async function putStores(stores) {
  // A report is of this moment for the day that runs, so their day must not end meanwhile: half a day from now.
  const starts = new Date(Date.now() + (8 + 12) * 3_600_000).toISOString().slice(11, 16);
  const place = { path: 'cn/south/shenzhen', time_zone: 'Asia/Shanghai', day_starts: starts };
  for (const [store, survey] of stores) {
    await call('PUT', `/stores/${store}`, { name: `新店 New store ${store}`, survey, ...place });
  }
  // Functions remember for a while that there is no such store.
  const deadline = Date.now() + 20_000;
  for (const [store] of stores) {
    while (!(await newSurvey(store).catch(() => null))) {
      assert.ok(Date.now() < deadline, `Store ${store} was put, and there are still no links for it.`);
      await sleep(200);
    }
  }
}

let payments = 0;

/** The path of the survey of a payment that was made just now, or at another time. */
export async function newSurvey(store, paidAt = new Date()) {
  payments += 1;
  const paid = { store, payment: `browser ${payments}`, paid_at: paidAt.toISOString() };
  return `/s/${(await call('POST', '/links', paid)).link}`;
}

/** Sends answers as JSON, as a program does: the reply's status. The same that are there are 200, others 409. */
export async function send(path, answers) {
  const reply = await fetch(url + path, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ answers }),
  });
  return reply.status;
}

// ── A page of a survey ─────────────────────────────────────────────────────────────────────────────────────────────

/** What a guest sees, and hits, of an answer. */
export function option(page, question, value) {
  return page.locator(`label:has(input[name="${question}"][value="${value}"])`);
}

/** Does what leads to another page, and waits until that is there: its document's reply. */
export async function follow(page, act) {
  const [reply] = await Promise.all([
    page.waitForResponse((response) => response.request().isNavigationRequest()),
    page.waitForEvent('load'),
    act(),
  ]);
  return reply;
}

/** Does what lets the page's script send the answers, and waits until the page shows how that ended: the reply. */
export async function sent(page, act) {
  const [reply] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.locator('[data-end]').waitFor(),
    act(),
  ]);
  return reply;
}

/** The field that has the focus, and whether that can be seen. */
export function focus(page) {
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

// ── What is looked at: each returns problems ───────────────────────────────────────────────────────────────────────

/** What makes the document wider than the window. */
export function overflow(page) {
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
export async function violations(page) {
  await page.evaluate(`window.axe || ${axe.source}`);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `axe ${id} (${impact}): ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`),
  );
}

/** What a finger would miss. An input that its label covers is hit through the label. */
export function smallTargets(page) {
  return page.evaluate((smallest) => {
    const inputs = 'label:has(input), input:not([type=hidden], label input)';
    const targets = [...document.querySelectorAll(`a, button, textarea, select, summary, ${inputs}`)];
    // Nobody taps what isn't shown. A layout's fractions may be a hair less.
    const small = targets.filter((target) => {
      const { height } = target.getBoundingClientRect();
      return target.checkVisibility() && height < smallest - 0.01;
    });
    if (small.length === 0) return [];
    const some = small.slice(0, 5).map((target) => target.outerHTML.slice(0, 120));
    return [`${small.length} targets are less than ${smallest} px high: ${some.join(' and ')}`];
  }, SMALLEST_TARGET);
}
