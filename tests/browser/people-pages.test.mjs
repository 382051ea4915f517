// Opens every page of signing in, of people, of grants and of the log of changes. Checks what only a browser can see.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/people-pages.test.mjs

import { after, before } from 'node:test';

import { call, signInLink, url } from '../program.mjs';
import { checkEach } from './every-window.mjs';
import { formTo, issueForm, press, put, roles, send } from './managers.mjs';
import { signIn, start, stop } from './stack.mjs';

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 900;

before(() => start(LONGEST_SECONDS, { hasDemo: true, prepare: putWhatIsHardToShow }));
after(stop);

/** Lists people and grants with long words and with much to do, and lets one ask for a link. */
async function putWhatIsHardToShow() {
  await put('looks', { name: 'Wen', roles: roles('looks', 'store/12') });
  await put('wide', {
    name: 'W'.repeat(80),
    email: `${'w'.repeat(60)}@${'long.'.repeat(20)}example.cn`,
    roles: [
      { role: 'owns-cases', scope: 'store/12', contact: true },
      ...roles('sets-up', 'cn/east/shanghai'),
      ...roles('looks', ...[12, 13, 14, 15, 16, 21].map((store) => `store/${store}`)),
    ],
    mentions: { 'robot-of-the-region': 'W'.repeat(64) },
  });
  await call('POST', '/grants', { subject: 'T'.repeat(80), scope: 'issue:store/12 issue:store/13 report:cn/east/shanghai' });
  await fetch(`${url}/sign-in`, {
    method: 'POST',
    headers: { 'origin': url, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ email: 'grace@example.cn' }),
  });
}

const OUTSIDE = { status: 200, isSignedIn: false };
const INSIDE = { status: 200, isPrinted: true };

// Each page, as `checkEach` takes them.
const PAGES = {
  'sign-in': { ...OUTSIDE, open: (page) => page.goto(`${url}/sign-in`) },
  'sign-in by a link': { ...OUTSIDE, open: async (page) => page.goto(await signInLink()) },
  'sign-in by a link that was used': { ...OUTSIDE, status: 410, open: (page) => page.goto(`${url}/sign-in?link=used`) },
  'asked for a link': {
    ...OUTSIDE,
    open: async (page) => {
      await page.goto(`${url}/sign-in`);
      return send(formTo(page, '/sign-in'), { email: 'nobody@example.cn' });
    },
  },
  'people': { ...INSIDE, open: (page) => page.goto(`${url}/people`) },
  'people with a mistake': {
    ...INSIDE,
    status: 422,
    open: async (page) => {
      await page.goto(`${url}/people`);
      return send(formTo(page, '/people'), { name: 'Wen', looks: `cn/${'atlantis'.repeat(7)}` });
    },
  },
  'people whom another may not see': {
    ...OUTSIDE,
    status: 403,
    open: async (page) => {
      await signIn(page, 'looks');
      return page.goto(`${url}/people`);
    },
  },
  'a person': { ...INSIDE, open: (page) => page.goto(`${url}/people/grace`) },
  'a person with much': { ...INSIDE, open: (page) => page.goto(`${url}/people/wide`) },
  'a person with a link': {
    ...INSIDE,
    status: 201,
    open: async (page) => {
      await page.goto(`${url}/people/chen`);
      return press(formTo(page, '/people/chen', '[value=link]'));
    },
  },
  'grants': { ...INSIDE, open: (page) => page.goto(`${url}/grants`) },
  'grants with a new one': {
    ...INSIDE,
    status: 201,
    open: async (page) => {
      await page.goto(`${url}/grants`);
      return send(issueForm(page), { subject: 'Till', scope: 'issue:store/12' });
    },
  },
  'grants with a mistake': {
    ...INSIDE,
    status: 422,
    open: async (page) => {
      await page.goto(`${url}/grants`);
      return send(issueForm(page), { subject: 'Till', scope: 'x'.repeat(60) });
    },
  },
  'audit': { ...INSIDE, open: (page) => page.goto(`${url}/audit`) },
  'audit of a month without deeds': { ...INSIDE, open: (page) => page.goto(`${url}/audit?month=2020-02`) },
};

checkEach(PAGES);
