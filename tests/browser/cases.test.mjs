// A manager with one thumb: from the inbox to a reply, somebody else who was quicker, and all of it by keyboard.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/cases.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call, url } from '../program.mjs';
import { HARMED, PRAISE, UNHAPPY, openCase } from './cases.mjs';
import { people, put, roles } from './managers.mjs';
import { focus, follow, putStores, signIn, start, stop } from './stack.mjs';

const LONGEST_SECONDS = 900;
// The demo's stores have cases of their own.
const STORE = 91;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

before(() => start(LONGEST_SECONDS, { hasDemo: true, prepare: listManagers }));
after(stop);

async function listManagers() {
  await putStores([[STORE, 'dine-in']]);
  await put('mei', { name: '梅姐', language: 'zh-CN', roles: roles('owns-cases', `store/${STORE}`) });
  await put('wang', { name: '王强', language: 'zh-TW', roles: roles('owns-cases', 'cn/south') });
}

const row = (page, id) => page.locator(`a.row[href^="/case/${id}"]`);
const bar = (page) => page.locator('.bar');

/** Whether an element lies within the window, where a thumb reaches it. */
function isAtThumb(locator) {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top > window.innerHeight / 2 && bottom <= window.innerHeight + 0.5;
  });
}

people('one thumb goes from the inbox to a reply', async (newBrowser) => {
  const late = await openCase(STORE, 'high', { answers: UNHAPPY, due: -30, context: { table: '7' } });
  const soon = await openCase(STORE, 'critical', { answers: HARMED, due: 20 });
  const praise = await openCase(STORE, 'praise', { answers: PRAISE });
  const page = await newBrowser({ ...PHONE, locale: 'zh-CN' });
  await signIn(page, 'mei');
  // The report leads to the inbox.
  await follow(page, () => page.locator('nav a[href^="/cases/"]').tap());
  assert.equal(new URL(page.url()).pathname, `/cases/store/${STORE}`);
  const rows = await page.locator('a.row').evaluateAll((all) => all.map((one) => one.getAttribute('href').split('/')[2]));
  assert.deepEqual(rows, [late, soon, praise], 'what is due first is on top');
  assert.match(await row(page, late).innerText(), /已超时，应于 .* 前回复/);
  assert.match(await row(page, soon).innerText(), /\d\d:\d\d 前回复/);
  await follow(page, () => row(page, late).tap());
  assert.match(await page.locator('blockquote').innerText(), /等了四十分钟/);
  assert.ok(await isAtThumb(bar(page).locator('button')), 'the first thing to do is at the thumb');
  await follow(page, () => bar(page).locator('button').tap());
  assert.equal(await bar(page).locator('button').count(), 0, 'it is taken');
  await bar(page).locator('a').tap();
  await page.locator('[name=cause]').selectOption('waiting');
  await page.locator('[name=reply]').fill('对不起，让您久等了。\n下次来请找我。');
  await follow(page, () => page.locator('form#answer button').tap());
  assert.match(await page.locator('.reply').innerText(), /对不起，让您久等了。\n下次来请找我。/);
  assert.match(await page.locator('.history').innerText(), /梅姐 回复了顾客/);
  const shown = await call('GET', `/case/${late}`);
  assert.deepEqual([shown.state, shown.cause, shown.owner], ['answered', 'waiting', 'mei']);
});

people('whoever comes late is shown the case as it is, and both without script', async (newBrowser) => {
  const id = await openCase(STORE, 'normal', { answers: UNHAPPY });
  const [mei, wang] = [await newBrowser({ javaScriptEnabled: false }), await newBrowser({ javaScriptEnabled: false })];
  for (const [page, person] of [[mei, 'mei'], [wang, 'wang']]) {
    await signIn(page, person);
    await page.goto(`${url}/case/${id}`);
  }
  const taken = await follow(mei, () => bar(mei).locator('button').click());
  assert.equal(taken.status(), 200);
  const late = await follow(wang, () => bar(wang).locator('button').click());
  assert.equal(late.status(), 409);
  assert.match(await wang.locator('[role=alert]').innerText(), /有人先一步處理了/);
  assert.match(await wang.locator('.history').innerText(), /梅姐 接手處理/);
});

people('everything can be done by keyboard', async (newBrowser) => {
  const id = await openCase(STORE, 'normal', { answers: UNHAPPY });
  const page = await newBrowser({ locale: 'en' });
  await signIn(page, 'wang');
  await page.goto(`${url}/case/${id}?lang=en`);
  const tabTo = async (field) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      const now = await focus(page);
      assert.ok(now.seen, `the focus on ${now.field} can be seen`);
      if (now.field === field) return;
    }
    assert.fail(`Tab never came to ${field}`);
  };
  await tabTo('cause');
  await page.keyboard.type('Waiting');
  await tabTo('reply');
  await page.keyboard.type('We are sorry.');
  await tabTo('move');
  await follow(page, () => page.keyboard.press('Enter'));
  assert.equal((await call('GET', `/case/${id}`)).reply, 'We are sorry.');
});

test('nothing is changed by an address', async () => {
  const id = await openCase(STORE, 'normal', { answers: UNHAPPY });
  await call('GET', `/case/${id}?move=take&v=1`);
  assert.equal((await call('GET', `/case/${id}`)).v, 1);
});
