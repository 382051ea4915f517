// The start of the browser checks and of the benchmark: the real program and Chromium. Also the steps that all of them
// take on a page of a survey.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium } from 'playwright-core';

import { call, issue, signInLink, startProgram, stopProgram } from '../program.mjs';

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

// ── The stack ──────────────────────────────────────────────────────────────────────────────────────────────────────

export let browser;

/** Starts the program, does `prepare` with it, and starts the browser. After `longestSeconds` all is ended. */
export async function start(longestSeconds, { hasDemo = false, environment, prepare = async () => {} } = {}) {
  try {
    await startProgram(longestSeconds, { hasDemo, environment });
    await prepare();
    await startBrowser();
  } catch (error) {
    // Without this, what had started would keep this process from its end.
    await stop();
    throw error;
  }
}

export async function startBrowser() {
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
  await stopProgram();
}

/** Puts stores in, each `[number, survey]`, whose day ends in so many hours, and waits until there are links for them. */
export async function putStores(stores, hoursLeft = 12) {
  // A report is of this moment for the day that runs, so by itself their day does not end meanwhile.
  const starts = new Date(Date.now() + (8 + hoursLeft) * 3_600_000).toISOString().slice(11, 16);
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

/** The path of the survey of a payment that was made just now, or at another time. */
export async function newSurvey(store, paidAt) {
  return `/s/${(await issue(store, { paidAt })).link}`;
}

// ── Signing in ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Signs the page's browser in as a person, or else as the operator: by a fresh link and the button that it brings up. */
export async function signIn(page, ...person) {
  await page.goto(await signInLink(...person));
  return pressSignIn(page);
}

/** Presses the button that a sign-in link has brought up: the reply to that. The page is then the one that follows. */
export function pressSignIn(page) {
  return follow(page, () => page.locator('form:has([name=link]) button').click());
}

// ── A page of a survey ─────────────────────────────────────────────────────────────────────────────────────────────

/** The part of an answer that a guest sees and hits. */
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
    const drawn = focused.matches('.question label input') ? focused.nextElementSibling : focused;
    const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
    return {
      field: focused.name || focused.type || focused.localName,
      seen: outlineStyle !== 'none' && outlineWidth !== '0px',
    };
  });
}
