// A guest sends without a network, or to a server that is busy: the answer waits, and counts once.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/without-network.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { url } from '../program.mjs';
import { focus, putStores, stop } from './stack.mjs';
import {
  CONDITIONS, NOTHING, ONE, PHONE, answer, assertStored, end, filledIn, guest, intercept, open, pick, putSurvey,
  startForGuests, status, submit, takeBack,
} from './visit.mjs';
import { WORDS } from './words.mjs';

// How long the page's script waits for a reply, and then before it tries again, in milliseconds; both a bit longer.
const PATIENCE = 12_100;
const FIRST_PAUSE = 1_100;

/** No time passes on this page from here on but what the test runs: nothing is tried again because of a slow machine. */
const stopTheClock = (page) => page.clock.pauseAt(Date.now() + 60_000);

before(() => startForGuests());
after(stop);

guest('without network the answer waits, and goes out as soon as there is one', PHONE, async ({
  context, page, store, path,
}) => {
  await page.clock.install();
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await stopTheClock(page);
  await context.setOffline(true);
  await submit(page);
  await page.getByText(WORDS.en.offline).waitFor();
  assert.equal(await status(page).innerText(), WORDS.en.offline);
  assert.ok(await page.locator('.survey button').isDisabled());
  await assertStored(store, NOTHING);
  await context.setOffline(false);
  await end(page, 'thanks');
  assert.equal((await focus(page)).field, 'h1');
  await assertStored(store, ONE);
});

guest('a server that is not there yet is asked again', PHONE, async ({ context, page, posts, store, path }) => {
  const replies = [503, 429, 500];
  await intercept(context, (route) => {
    const status = replies.shift();
    if (!status) return route.continue();
    return route.fulfill({ status, contentType: 'text/html', body: '<main><h1>Later</h1></main>' });
  });
  await page.clock.install();
  await open(page, path);
  await stopTheClock(page);
  await answer(page);
  for (const seconds of [1, 2, 4]) {
    await page.getByText(WORDS.en.busy).waitFor();
    const before = posts.length;
    await page.clock.runFor(seconds * 1000 - 100);
    assert.equal(posts.length, before, `it was asked again before ${seconds} seconds were over`);
    const isSent = page.waitForRequest((request) => request.method() === 'POST');
    await page.clock.runFor(200);
    await (await isSent).response();
  }
  await end(page, 'thanks');
  assert.equal(posts.length, 4);
  await assertStored(store, ONE);
});

guest('an answer that waits is sent after a reload', PHONE, async ({ context, page, store, path }) => {
  let isThere = false;
  await intercept(context, (route) => (isThere ? route.continue() : route.fulfill({ status: 503 })));
  // A page's last request on its way out can't be delayed: this phone sends none.
  await page.addInitScript(() => { navigator.sendBeacon = () => false; });
  await open(page, path);
  await answer(page);
  await page.getByText(WORDS.en.busy).waitFor();
  await page.reload();
  // The guest does nothing more.
  await page.getByText(WORDS.en.busy).waitFor();
  await assertStored(store, NOTHING);
  isThere = true;
  await end(page, 'thanks');
  await assertStored(store, ONE);
});

guest('an answer whose reply was lost is the same after a reload, and can be taken back', PHONE, async ({
  context, page, posts, store, path,
}) => {
  let isThere = false;
  await intercept(context, async (route) => {
    if (isThere) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.addInitScript(() => { navigator.sendBeacon = () => false; });
  await open(page, path);
  await answer(page);
  await page.getByText(WORDS.en.offline).waitFor();
  await assertStored(store, ONE);
  await page.reload();
  await page.getByText(WORDS.en.offline).waitFor();
  isThere = true;
  await end(page, 'thanks');
  const submissions = posts.map((post) => new URLSearchParams(post.postData()).get('submission'));
  assert.equal(new Set(submissions).size, 1);
  await assertStored(store, ONE);
  await takeBack(page);
  await assertStored(store, NOTHING);
});

guest('what a proxy answers instead loses nothing, and can be sent again', PHONE, async ({ context, page, store, path }) => {
  let isThere = false;
  const refused = { status: 403, contentType: 'application/json', body: '{"message":"Forbidden"}' };
  await intercept(context, (route) => (isThere ? route.continue() : route.fulfill(refused)));
  await open(page, path);
  await answer(page);
  await page.getByText('Not sent. Please try again in a moment.').waitFor();
  await assertStored(store, NOTHING);
  isThere = true;
  await submit(page);
  await end(page, 'thanks');
  await assertStored(store, ONE);
});

guest('an answer that waits is never sent as one to other questions', PHONE, async ({
  context, page, posts, store, path,
}) => {
  await intercept(context, (route) => route.fulfill({ status: 503 }));
  await page.addInitScript(() => { navigator.sendBeacon = () => false; });
  await open(page, path);
  await answer(page);
  await page.getByText(WORDS.en.busy).waitFor();
  // The store's new survey also has a question called `nps`.
  await putSurvey(CONDITIONS);
  await putStores([[store, CONDITIONS.id]]);
  const asks = async () => (await (await fetch(url + path, { headers: { accept: 'application/json' } })).json()).survey;
  while ((await asks()) !== CONDITIONS.id) await sleep(100);
  const before = posts.length;
  await page.reload();
  await page.locator('[data-id=dishes]').waitFor();
  await sleep(500);
  assert.equal(posts.length, before);
  assert.deepEqual(await filledIn(page), {});
  await assertStored(store, NOTHING);
});

guest('a request that hangs is tried again, and counts once', PHONE, async ({ context, page, posts, store, path }) => {
  let arrived;
  const first = new Promise((done) => { arrived = done; });
  await intercept(context, async (route) => {
    if (posts.length > 1) return route.continue();
    // The answer is recorded, and the reply is lost on its way.
    await route.fetch();
    arrived();
  });
  await page.clock.install();
  await open(page, path);
  await stopTheClock(page);
  await answer(page);
  await first;
  await assertStored(store, ONE);
  await page.clock.runFor(PATIENCE);
  await page.getByText(WORDS.en.offline).waitFor();
  assert.equal(posts.length, 1);
  await page.clock.runFor(FIRST_PAUSE);
  await end(page, 'thanks');
  assert.equal(posts.length, 2);
  await assertStored(store, ONE);
});
