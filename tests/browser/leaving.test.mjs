// A guest leaves half-way, or at once: what they answered is sent as they go, and replaces nothing.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/leaving.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { url } from '../program.mjs';
import { sent, stop } from './stack.mjs';
import {
  NOTHING, ONE, PHONE, assertStored, end, filledIn, finish, guest, open, pick, soon, startForGuests, stored, submit,
  takeBack,
} from './visit.mjs';

before(() => startForGuests());
after(stop);

const LEAVING = {
  'for another page': (page) => page.goto('about:blank'),
  'by closing the page': (page) => page.close({ runBeforeUnload: true }),
  // Older Safaris report that a page goes, and not that it is hidden.
  'in an older Safari': async (page) => {
    await page.evaluate(() => addEventListener('visibilitychange', (event) => event.stopPropagation(), true));
    await page.goto('about:blank');
  },
};
for (const [how, leave] of Object.entries(LEAVING)) {
  guest(`leaving ${how} is a partial answer, until the guest comes back`, PHONE, async ({
    context, page, store, path,
  }) => {
    await open(page, path);
    await pick(page, 'nps', 9);
    await leave(page);
    await soon(async () => {
      const { responses, partial, comments } = await stored(store);
      assert.deepEqual({ responses, partial, comments }, { responses: 0, partial: 1, comments: [] });
    });
    const later = await context.newPage();
    await open(later, path);
    assert.deepEqual(await filledIn(later), { nps: '9' });
    await pick(later, 'csat', 5);
    await sent(later, () => submit(later));
    await end(later, 'thanks');
    await assertStored(store, ONE);
  });
}

guest('a phone that is locked sends what is there once, and goes on', PHONE, async ({ page, posts, store, path }) => {
  const lock = (state) =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await open(page, path);
  // Nothing is answered yet.
  await lock('hidden');
  await lock('visible');
  await pick(page, 'nps', 9);
  await lock('hidden');
  await lock('visible');
  await lock('hidden');
  await soon(async () => assert.equal((await stored(store)).partial, 1));
  assert.equal(posts.length, 1);
  await lock('visible');
  await pick(page, 'csat', 5);
  await sent(page, () => submit(page));
  await lock('hidden');
  await sleep(300);
  assert.equal(posts.length, 2);
  await assertStored(store, ONE);
});

guest('a guest who looks and leaves has answered nothing', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await page.goto('about:blank');
  await sleep(300);
  assert.equal(posts.length, 0);
  await assertStored(store, NOTHING);
});

guest('a guest who finishes at once sends one request, also when they leave', PHONE, async ({
  page, posts, store, path,
}) => {
  await open(page, path);
  await finish(page);
  await page.goto('about:blank');
  await sleep(300);
  assert.equal(posts.length, 1);
  await assertStored(store, ONE);
});

guest('a partial answer that comes late replaces nothing, and brings nothing back', PHONE, async ({
  page, store, path,
}) => {
  await open(page, path);
  const hidden = (name) => page.locator(`input[name=${name}]`).getAttribute('value');
  const [submission, survey, version] = await Promise.all(['submission', 'survey', 'version'].map(hidden));
  const fields = { submission, survey, version, partial: 'true' };
  const comesLate = async (answers) => {
    const reply = await fetch(url + path, { method: 'POST', body: new URLSearchParams({ ...fields, ...answers }) });
    assert.equal(reply.status, 409);
  };
  await finish(page, { why: 'Soup' });
  // Other answers, and some of the very same.
  for (const answers of [{ nps: '1' }, { nps: '9', csat: '5' }, { nps: '9', csat: '5', why: 'Soup' }]) {
    await comesLate(answers);
  }
  await assertStored(store, { ...ONE, comments: ['Soup'] });
  await takeBack(page);
  await comesLate({ nps: '9' });
  await assertStored(store, NOTHING);
});
