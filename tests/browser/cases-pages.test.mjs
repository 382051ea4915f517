// Opens the pages of cases and awards, and checks what only a browser can see.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/cases-pages.test.mjs

import { after, before } from 'node:test';

import { askTable, call, url } from '../program.mjs';
import { HARMED, LONG, PRAISE, UNHAPPY, openCase } from './cases.mjs';
import { checkEach } from './every-window.mjs';
import { put, roles } from './managers.mjs';
import { follow, putStores, start, stop } from './stack.mjs';

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 900;

// The demo's stores have cases of their own.
const STORE = 91;

const CONTEXT = {
  table: 'A12', staff: 'lin', amount: 18850, currency: 'CNY', items: ['宫保鸡丁', '酸辣汤', 'W'.repeat(60)],
  fields: { shift: 'noon' },
};

// By the stores' clock, which is eight hours ahead.
const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);

const ids = {};

before(() => start(LONGEST_SECONDS, { hasDemo: true, prepare: putCases }));
after(stop);

async function putCases() {
  await putStores([[STORE, 'dine-in']]);
  await put('long', { name: 'W'.repeat(80), roles: roles('owns-cases', `store/${STORE}`) });
  ids.late = await openCase(STORE, 'high', { answers: UNHAPPY, due: -95, context: CONTEXT, contact: '微信 lin_123' });
  ids.critical = await openCase(STORE, 'critical', { answers: HARMED, due: 12 });
  ids.long = await openCase(STORE, 'normal', { answers: LONG, due: 3_000, context: CONTEXT });
  ids.praise = await openCase(STORE, 'praise', { answers: PRAISE });
  ids.answered = await openCase(STORE, 'normal', { answers: UNHAPPY, award: 'guest' });
  await openCase(STORE, 'praise', { answers: PRAISE, award: 'staff' });
  // What the demo has: a score that fell, and actions that were judged.
  const of = async (pk) => (await askTable('Query', {
    KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } },
  })).Items;
  const trends = (await of('TRENDS')).map((item) => JSON.parse(item.trend.S));
  ids.fell = trends.find((trend) => trend.scope === 'store/13' && trend.direction === 'down').id;
  ids.rose = trends.find((trend) => trend.direction === 'up').id;
  const actions = (await of('ACTIONS')).map((item) => JSON.parse(item.action.S));
  [ids.helped, ids.answers] = [34, 16].map((store) => actions.find(({ stores }) => stores.includes(store)).id);
  const today = new Date(Date.now() + 4 * 3_600_000).toISOString().slice(0, 10);
  const body = { stores: [13, 14], start: today, what: `${'W'.repeat(120)} <b>&amp;`, owner: 'chen', trends: [ids.fell] };
  ids.begun = (await call('POST', '/actions', body)).action;
}

/** A case, after the button of a move of its was pressed. */
const pressed = (name, step, fields) => async (page) => {
  await page.goto(`${url}/case/${ids[name]}`);
  const form = page.locator(`form:has([name=move][value=${step}])`).last();
  const folded = form.locator('xpath=ancestor::details[not(@open)]');
  if (await folded.count()) await folded.locator('> summary').click();
  for (const [field, value] of Object.entries(fields)) {
    const input = form.locator(`[name=${field}]`).first();
    if (await input.evaluate(({ localName }) => localName === 'select')) await input.selectOption(value);
    else await input.fill(value);
  }
  return follow(page, () => form.locator('button').click());
};

const PAGE = { status: 200, isPrinted: true };
const goto = (path) => (page) => page.goto(url + path());

// Each page, as `checkEach` takes them.
checkEach({
  'inbox': { ...PAGE, open: goto(() => `/cases/store/${STORE}`) },
  'inbox without anything': { ...PAGE, open: goto(() => `/cases/store/${STORE}?state=closed`) },
  'a case that is late': { ...PAGE, open: goto(() => `/case/${ids.late}`) },
  'a case with much': { ...PAGE, open: goto(() => `/case/${ids.long}`) },
  'a praise': { ...PAGE, open: goto(() => `/case/${ids.praise}`) },
  'a case with its contact': { ...PAGE, open: pressed('late', 'read-contact', {}) },
  'a case that was answered in the wrong way': {
    ...PAGE,
    status: 422,
    open: pressed('critical', 'answer', { cause: 'dish', reply: ' ' }),
  },
  'inbox of a chain with scores that changed': { ...PAGE, open: goto(() => '/cases/cn') },
  'a score that fell': { ...PAGE, open: goto(() => `/trend/${ids.fell}`) },
  'a score that rose': { ...PAGE, open: goto(() => `/trend/${ids.rose}`) },
  'actions': { ...PAGE, open: goto(() => '/actions/cn') },
  'a new action that answers a score': { ...PAGE, open: goto(() => `/actions/cn/east?trend=${ids.fell}`) },
  'an action that helped': { ...PAGE, open: goto(() => `/action/${ids.helped}`) },
  'an action that answered a score': { ...PAGE, open: goto(() => `/action/${ids.answers}`) },
  'an action that has just begun': { ...PAGE, open: goto(() => `/action/${ids.begun}`) },
  'an action without stores': {
    ...PAGE,
    status: 422,
    open: async (page) => {
      await page.goto(`${url}/actions/cn/east`);
      await page.locator('details:has([name=what]) > summary').click();
      await page.locator('[name=what]').fill('更快的早班');
      return follow(page, () => page.locator('form:has([name=what]) button[type=submit]').click());
    },
  },
  'awards of a month': { ...PAGE, open: goto(() => `/awards?month=${month}`) },
  'awards without any': { ...PAGE, open: goto(() => '/awards?month=2020-01') },
  'awards with a wrong code': {
    ...PAGE,
    status: 404,
    open: async (page) => {
      await page.goto(`${url}/awards`);
      await page.locator('[name=code]').fill('0123456789');
      return follow(page, () => page.locator('form:has([name=code]) button').click());
    },
  },
});
