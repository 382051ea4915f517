// Everybody can use each page that a guest may see. They may have a narrow phone, light or dark colours, large letters,
// a finger or a screen reader.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/everybody.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { replyToCase, send } from '../program.mjs';
import { clipped, overflow, smallTargets, violations } from './flaws.mjs';
import { follow, stop } from './stack.mjs';
import {
  NARROW, expiredLink, finish, finishWithTooMuch, guest, intercept, open, pick, soon, startForGuests, status,
  submit, takeBack, takeBackButton,
} from './visit.mjs';

let expired;
before(() => startForGuests(async () => { expired = await expiredLink(); }));
after(stop);

// Each page that a guest may see, and how they get there.
const STATES = {
  'the form': async ({ page, path }) => open(page, path),
  'a form with mistakes': async ({ page, path }) => {
    await open(page, path);
    await submit(page);
    await page.locator('.mistake').first().waitFor();
  },
  'a form with mistakes that the server found': async ({ page, path }) => {
    await open(page, path);
    await finishWithTooMuch(page);
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
  'already answered on this phone': async ({ page, path }) => {
    await open(page, path);
    await finish(page);
    await open(page, path);
    await takeBackButton(page).waitFor();
  },
  'taken back': async ({ page, path }) => {
    await open(page, path);
    await finish(page);
    await takeBack(page);
  },
  'a case by its link': async ({ page, path, onAnotherPhone }) => {
    const other = await onAnotherPhone();
    await open(other, path);
    await finish(other, { nps: 2, csat: 1, why: 'Cold' });
    await open(page, `${path}/case`);
  },
  'a case that the store has replied to': async ({ page, store, path }) => {
    await open(page, path);
    await finish(page, { nps: 2, csat: 1, why: 'Cold' });
    await replyToCase(store, `We are sorry.\n${'Unbreakable'.repeat(12)}`, { amount: 50_000, currency: 'CNY', code: '0123456789' });
    await follow(page, () => page.locator('.case button').click());
    await page.locator('summary').click();
  },
  'an expired link': async ({ page }) => {
    assert.equal((await open(page, expired)).status(), 410);
  },
  'not a link': async ({ page }) => open(page, `/s/${'A'.repeat(32)}`),
  'the receipt': async ({ page, path }) => open(page, `${path}/receipt`),
};

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
