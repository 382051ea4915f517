// The forms of people and grants. An error is shown beside what was typed, a till's grant is issued and ended, and all
// of it is written down.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/forms.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { call, url } from '../program.mjs';
import { alert, field, fillIn, formTo, issueForm, language, listed, open, operator, people, press, roles, secret, send } from './managers.mjs';
import { pressSignIn, signIn, start, stop } from './stack.mjs';
import { LANGUAGES, MANAGERS_WORDS } from './words.mjs';

const LONGEST_SECONDS = 900;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const WITHOUT_SCRIPT = { javaScriptEnabled: false };

before(() => start(LONGEST_SECONDS, { hasDemo: true }));
after(stop);

// ── Mistakes ───────────────────────────────────────────────────────────────────────────────────────────────────────

// A person who sets up a region gives what they may do there themselves.
const OF_A_REGION = ['sets-up', 'looks', 'owns-cases'].flatMap((role) => roles(role, 'cn/east'));

for (const own of LANGUAGES) {
  people(`mistakes of a person's form are named, with all that was typed kept, in ${own}`, async (newBrowser) => {
    const words = MANAGERS_WORDS[own];
    const page = await newBrowser();
    const email = `taken.${own.toLowerCase()}@example.cn`;
    await listed({ email });
    await signIn(page, await listed({ language: own, roles: OF_A_REGION }));
    await open(page, '/people');
    const right = {
      'name': 'Mei "<b>" & 王', 'language': 'zh-TW', 'email': `mei.${own.toLowerCase()}@example.org`, 'looks': 'store/12 store/13',
      'owns-cases': 'cn/east', 'mentions': 'wecom WangMei',
    };
    const listedBefore = await call('GET', '/people');
    for (const [wrong, said] of [
      [{ 'looks': 'store/12 cn/atlantis' }, words.beyond('report:cn/atlantis')],
      [{ 'looks': 'cn/east/atlantis' }, words.badScope('cn/east/atlantis')],
      [{ 'looks': 'store/zwölf' }, words.badScope('store/zwölf')],
      [{ 'owns-cases': 'cn/north' }, words.beyond('report:cn/north')],
      [{ 'everything': '*' }, words.beyond('admin')],
      [{ 'mentions': 'WangMei' }, words.badMentions('WangMei')],
      [{ 'looks': '', 'owns-cases': '' }, words.noRole],
      [{ email }, words.takenEmail(email)],
    ]) {
      const typed = { everything: '', ...right, ...wrong };
      const refused = await send(formTo(page, '/people'), typed);
      assert.equal(refused.status(), 422);
      assert.equal(await language(page), own);
      assert.deepEqual((await alert(page)).split(/\n+/), [words.notSaved, said]);
      for (const [name, value] of Object.entries(typed)) assert.equal(await field(page, name), value, name);
    }
    assert.deepEqual(await call('GET', '/people'), listedBefore);
    assert.equal((await send(formTo(page, '/people'), { ...right, everything: '' })).status(), 201);
    // The same on the person's page.
    const wrong = { name: 'Mei', looks: 'store/99' };
    const refused = await send(page.locator('form:has([value=save])'), wrong);
    assert.equal(refused.status(), 422);
    assert.deepEqual((await alert(page)).split(/\n+/), [words.notSaved, words.beyond('report:store/99')]);
    for (const [name, value] of Object.entries({ ...right, ...wrong })) assert.equal(await field(page, name), value, name);
  });

  people(`mistakes of a grant's form are named, with all that was typed kept, in ${own}`, async (newBrowser) => {
    const words = MANAGERS_WORDS[own];
    const page = await newBrowser();
    await signIn(page, await listed({ language: own, roles: OF_A_REGION }));
    await open(page, '/grants');
    const grants = await call('GET', '/grants');
    const right = { subject: 'Till "<b>"', scope: 'issue:store/12', days: '7', paid_within: '36' };
    for (const [wrong, said] of [
      [{ scope: 'issue:store/31' }, words.beyond('issue:store/31')],
      [{ scope: 'store/12' }, words.badAllows('store/12')],
      [{ days: '0' }, words.badDays],
      [{ days: '4000' }, words.badDays],
      [{ paid_within: '9999' }, words.badHours],
    ]) {
      const typed = { ...right, ...wrong };
      assert.equal((await send(issueForm(page), typed)).status(), 422);
      assert.equal(await language(page), own);
      const [notSaved, why] = (await alert(page)).split(/\n+/);
      assert.equal(notSaved, words.notSaved);
      // How long a kind of grant may live is for the stack to say.
      assert.ok(why.startsWith(said), why);
      for (const [name, value] of Object.entries(typed)) {
        assert.equal(await issueForm(page).locator(`[name=${name}]`).inputValue(), value);
      }
    }
    assert.deepEqual(await call('GET', '/grants'), grants);
  });
}

// ── Grants, and what was done ──────────────────────────────────────────────────────────────────────────────────────

/** The status of what a till does with its token: a link for a payment of a store. */
async function asTill(token, store) {
  const reply = await fetch(`${url}/links`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ store, payment: `till ${Math.random()}`, paid_at: new Date().toISOString() }),
  });
  return reply.status;
}

for (const own of LANGUAGES) {
  people(`a grant for a till is issued, shown once, ended, and all of it written down, in ${own}`, async (newBrowser) => {
    const atDesk = await operator(newBrowser, { locale: own, ...WITHOUT_SCRIPT });
    const subject = `收银 Till ${own}`;
    await open(atDesk, '/grants');
    assert.equal((await send(issueForm(atDesk), { subject, scope: 'issue:store/12' })).status(), 201);
    const token = await secret(atDesk);
    assert.equal(await asTill(token, 12), 201);
    assert.equal(await asTill(token, 13), 403);

    await open(atDesk, '/grants');
    assert.ok(!(await atDesk.content()).includes(token));
    assert.equal(await atDesk.locator('.secret').count(), 0);
    const row = atDesk.locator('main li, main tr').filter({ hasText: subject });
    const end = row.locator('form');
    assert.equal((await press(end)).status(), 200);
    assert.equal(await end.count(), 0);
    assert.equal(await row.count(), 1);
    // Functions remember for a while which grants are good.
    const deadline = Date.now() + 20_000;
    while (await asTill(token, 12) !== 401) assert.ok(Date.now() < deadline, 'An ended grant is still good.');

    await open(atDesk, '/audit');
    const deeds = await atDesk.locator('main li, main tbody tr').filter({ hasText: subject }).allInnerTexts();
    // The latest first: ended, then issued, with what it allowed.
    assert.equal(deeds.length, 2);
    assert.ok(!deeds[0].includes('issue:store/12') && deeds[1].includes('issue:store/12'));
    const { deeds: written } = await call('GET', '/audit');
    const ofTill = written.filter(({ on }) => on.includes(subject));
    assert.deepEqual(ofTill.map(({ what, by }) => [what, by]), [['grant-ended', 'operator'], ['grant-issued', 'operator']]);
  });
}

people('what is done with a person is written down, with who did it', async (newBrowser) => {
  const atDesk = await newBrowser();
  await signIn(atDesk, 'lin');
  await open(atDesk, '/people');
  await send(formTo(atDesk, '/people'), { name: 'Written Down', looks: 'store/12' });
  const form = (value) => atDesk.locator(`form:has([value=${value}])`);
  await press(form('link'));
  const phone = await newBrowser(PHONE);
  await phone.goto(await secret(atDesk));
  await pressSignIn(phone);
  await atDesk.goto(new URL(await form('save').getAttribute('action'), url).href);
  await press(form('sign-out'));
  await press(form('remove'));

  const { deeds } = await call('GET', '/audit');
  const id = deeds.find(({ on }) => on.includes('Written Down')).on.split(' ')[0];
  const done = deeds.filter(({ on }) => on.startsWith(id));
  assert.deepEqual(done.map(({ what }) => what), ['person-deleted', 'sessions-ended', 'sign-in-link-made', 'person-written']);
  assert.deepEqual([...new Set(done.map(({ by }) => by))], ['lin']);
  await open(atDesk, '/audit');
  assert.equal(await atDesk.locator('main li, main tbody tr').filter({ hasText: id }).count(), 4);
  // Of another month nothing is there.
  await fillIn(atDesk.locator('form[action="/audit"]'), { month: '2020-02' });
  await press(atDesk.locator('form[action="/audit"]'));
  assert.equal(new URL(atDesk.url()).search, '?month=2020-02');
  assert.equal(await atDesk.locator('main').filter({ hasText: id }).count(), 0);
});
