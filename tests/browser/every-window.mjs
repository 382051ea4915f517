// Rules for every page, of guests or of managers. It fits every window, and everybody can use it. It passes its own
// policy, and it fits the paper it is printed on.

import { test } from 'node:test';

import { cutOff, overflow, smallTargets, violations } from './flaws.mjs';
import { WINDOWS, inEachLanguage, look } from './look.mjs';
import { LANGUAGES } from './words.mjs';

// A4 without margins of a centimetre, at CSS's 96 pixels an inch.
const PAPER = { width: 718, height: 1047 };

/**
 * Checks pages, by name. `open` gets a browser there, an operator's unless `isSignedIn` is false, and returns the
 * document's reply, which has this `status`.
 */
export function checkEach(pages) {
  for (const [name, page] of Object.entries(pages)) checkWindows(name, page);
  for (const [name, page] of Object.entries(pages)) checkPolicy(name, page);
  for (const [name, page] of Object.entries(pages)) if (page.isPrinted) checkPaper(name, page);
}

function checkWindows(name, { isSignedIn, ...expected }) {
  test(`${name}: fits every window, and everybody can use it`, { timeout: 120_000 }, () =>
    inEachLanguage(LANGUAGES, (language) =>
      // Without the page's policy, which would keep the larger letters out.
      look(name, { isSignedIn, language, bypassCSP: true }, async (page, note, see) => {
        note(...(await opening(page, expected)));
        // No page reads its window from a script: it is the same whether the window is so from the start or becomes so.
        // Not opening each page twelve times saves minutes.
        for (const size of Object.values(WINDOWS)) {
          await see('light', size);
          note(...(await overflow(page)), ...(await violations(page)), ...(await smallTargets(page)));
        }
        // A scheme changes colours, and no sizes.
        await see('dark', WINDOWS.phone);
        note(...(await violations(page)));
        await see('light', WINDOWS.narrow);
        await page.addStyleTag({ content: ':root { font-size: 200% !important }' });
        note(...(await overflow(page)).map((problem) => `with letters twice as large ${problem}`));
      }),
    ),
  );
}

function checkPolicy(name, { isSignedIn, ...expected }) {
  // In one language: what the policy is about, the style and the script, has no words.
  test(`${name}: passes its own content security policy`, { timeout: 120_000 }, () =>
    inEachLanguage(['en'], (language) =>
      look(name, { isSignedIn, language }, async (page, note) => note(...(await opening(page, expected)))),
    ),
  );
}

function checkPaper(name, { isSignedIn, ...expected }) {
  test(`${name}: fits the paper it is printed on`, { timeout: 120_000 }, () =>
    inEachLanguage(LANGUAGES, (language) =>
      look(name, { isSignedIn, language, size: PAPER }, async (page, note) => {
        note(...(await opening(page, expected)));
        await page.emulateMedia({ media: 'print' });
        note(...(await overflow(page)), ...(await cutOff(page)));
      }),
    ),
  );
}

/** Opens a page: what is wrong with its document. */
async function opening(page, { status, open }) {
  const reply = await open(page);
  const problems = [];
  if (reply.status() !== status) problems.push(`status ${reply.status()} instead of ${status}`);
  const headings = await page.locator('h1').allInnerTexts();
  if (headings.length !== 1 || !headings[0].trim()) problems.push(`its h1 are ${JSON.stringify(headings)}`);
  return problems;
}
