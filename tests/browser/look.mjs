// Checks a page in each language, as guests and managers see it. Each problem is noted with how the page was opened.

import assert from 'node:assert/strict';

import { url } from '../program.mjs';
import { browser, signIn } from './stack.mjs';

export const WINDOWS = {
  // The narrowest phone that WCAG asks for.
  narrow: { width: 320, height: 640 },
  // A usual phone.
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 800 },
};

/** The operator's session, as a browser keeps it. One for all pages: to sign in for each of them takes minutes. */
let session;

async function newSession() {
  const context = await browser.newContext();
  await signIn(await context.newPage());
  const state = await context.storageState();
  await context.close();
  return state;
}

/**
 * Hands `use` a page of a browser that has nothing but an operator's session, or nothing at all. Returns the
 * problems that were noted meanwhile. `note` takes problems, `see` changes how the page is shown. Each problem comes
 * with both. Console errors and requests are noted by themselves.
 */
export async function look(name, options, use) {
  let { isSignedIn = true, language = 'en', scheme = 'light', size = WINDOWS.phone, ...more } = options;
  const problems = [];
  const note = (...found) => {
    for (const problem of found) problems.push(`${name}, ${language}, ${scheme}, ${size.width}x${size.height}: ${problem}`);
  };
  const storageState = isSignedIn ? await (session ??= newSession()) : undefined;
  const context = await browser.newContext({ locale: language, colorScheme: scheme, viewport: size, storageState, ...more });
  try {
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

/** Checks each of these languages at once, and fails with all problems. */
export async function inEachLanguage(languages, lookAt) {
  const problems = (await Promise.all(languages.map(lookAt))).flat();
  assert.ok(problems.length === 0, `${problems.length} problems\n${problems.join('\n')}`);
}
