// An operator lets managers in, and managers find their own pages and no others: invited, signed in by a link, refused,
// changed, signed out, taken off. Also grants for tills, and what is written down of all this.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/people.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call, signInLink, url } from '../program.mjs';
import { overflow, smallTargets } from './flaws.mjs';
import { fillIn, formTo, issueForm, press, put, roles, send, unfold } from './managers.mjs';
import { browser, follow, pressSignIn, signIn, start, stop } from './stack.mjs';
import { LANGUAGES, MANAGERS_WORDS } from './words.mjs';

const LONGEST_SECONDS = 300;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const WITHOUT_SCRIPT = { javaScriptEnabled: false };

const STORES = { 12: '南京路店 Nanjing Road', 13: '徐家汇店 Xujiahui' };

before(() => start(LONGEST_SECONDS, { hasDemo: true }));
after(stop);

// ── The steps ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** A test of people with browsers of their own. `newBrowser` opens a page of one that has nothing from before. */
function people(name, use) {
  test(name, { timeout: 90_000 }, async () => {
    const [contexts, problems] = [[], []];
    const newBrowser = async (options) => {
      const context = await browser.newContext({ locale: 'en', ...options });
      contexts.push(context);
      context.setDefaultTimeout(10_000);
      context.on('dialog', (dialog) => dialog.dismiss().then(() => problems.push(`a dialog: ${dialog.message()}`)));
      context.on('console', (message) => {
        // The tests bring about replies that are no success, and Chromium tells of each.
        if (!message.text().startsWith('Failed to load resource')) problems.push(message.text());
      });
      return context.newPage();
    };
    try {
      await use(newBrowser);
      assert.deepEqual(problems, []);
    } finally {
      for (const context of contexts) await context.close();
    }
  });
}

/** The operator, at a desk. */
async function operator(newBrowser, options) {
  const page = await newBrowser(options);
  await signIn(page);
  return page;
}

let ids = 0;
/** Somebody whom the operator has listed: their id. */
async function listed(person) {
  ids += 1;
  const id = `person-${ids}`;
  await put(id, { name: `Person ${ids}`, roles: roles('looks', 'store/12'), ...person });
  return id;
}

const open = (page, path) => page.goto(url + path);
const heading = (page) => page.locator('h1').innerText();
const language = (page) => page.locator('html').getAttribute('lang');
const text = (page) => page.locator('main').innerText();
const alert = (page) => page.locator('[role=alert]').innerText();
const secret = (page) => page.locator('textarea.secret').inputValue();
const field = (page, name) => page.locator(`form:has([name=looks]) [name="${name}"]`).inputValue();

/** That a page is refused with this status, in these words, and leads to where `next` says. */
async function assertRefused(page, path, { status, words, next, own }) {
  assert.equal((await open(page, path)).status(), status, path);
  assert.equal(await heading(page), words, path);
  if (own) assert.equal(await language(page), own, path);
  await follow(page, () => page.locator('main a').click());
  assert.equal(new URL(page.url()).pathname, next, `the way on from ${path}`);
}

/** Makes a sign-in link on a person's page. */
async function makeLink(page, id) {
  await open(page, `/people/${id}`);
  const made = await press(formTo(page, `/people/${id}`, '[value=link]'));
  assert.equal(made.status(), 201);
  return secret(page);
}

// ── Invited ────────────────────────────────────────────────────────────────────────────────────────────────────────

// The manager's own language counts, and neither that of their phone nor the operator's.
for (const [own, { ofOperator, ofPhone, script }] of Object.entries({
  'zh-CN': { ofOperator: 'en', ofPhone: 'zh-TW', script: {} },
  'zh-TW': { ofOperator: 'zh-CN', ofPhone: 'en', script: WITHOUT_SCRIPT },
  'en': { ofOperator: 'zh-TW', ofPhone: 'zh-CN', script: WITHOUT_SCRIPT },
})) {
  people(`an operator invites a store's manager, who signs in on a phone and sees their own page alone, in ${own}`, async (
    newBrowser,
  ) => {
    const atDesk = await operator(newBrowser, { locale: ofOperator, ...script });
    await follow(atDesk, () => atDesk.locator('a[href^="/people"]').click());
    assert.equal(await language(atDesk), ofOperator);
    const name = `王小梅 Mei ${own}`;
    const invited = await send(formTo(atDesk, '/people'), { name, language: own, looks: 'store/12' });
    assert.equal(invited.status(), 201);
    assert.equal(await heading(atDesk), name);
    assert.equal(await atDesk.locator('[role=status]').innerText(), MANAGERS_WORDS[ofOperator].saved);
    assert.equal(await field(atDesk, 'looks'), 'store/12');
    const made = await press(atDesk.locator('form:has([value=link])'));
    assert.equal(made.status(), 201);
    const link = await secret(atDesk);
    assert.ok(link.startsWith(`${url}/sign-in?link=`), link);

    const phone = await newBrowser({ ...PHONE, locale: ofPhone, ...script });
    const thief = await newBrowser({ locale: own });
    // Whatever looks into messages opens their links, and uses nothing up.
    for (const page of [thief, phone]) assert.equal((await page.goto(link)).status(), 200);
    assert.equal(await heading(phone), MANAGERS_WORDS[ofPhone].signIn);
    // Nobody is signed in as somebody else unawares.
    assert.ok((await text(phone)).includes(name));
    await pressSignIn(phone);
    assert.equal(phone.url(), `${url}/reports/store/12.html`);
    assert.equal(await heading(phone), STORES[12]);
    // The report has no words of its own for the traditional script.
    assert.equal(await language(phone), own === 'en' ? 'en' : 'zh-CN');
    assert.ok((await text(phone)).includes(name));
    assert.deepEqual([...(await overflow(phone)), ...(await smallTargets(phone))], []);
    // It offers nothing that would be refused.
    assert.equal(await phone.locator('a[href^="/people"], a[href^="/grants"]').count(), 0);

    const { notYours } = MANAGERS_WORDS[own];
    const refused = { status: 403, words: notYours, own, next: '/reports/store/12.html' };
    for (const path of ['/reports/store/13.html', '/reports/cn/east.html', '/people', '/people/lin', '/grants', '/audit']) {
      await assertRefused(phone, path, refused);
    }
    // Neither its page, where it is still open, nor itself works again.
    assert.equal((await pressSignIn(thief)).status(), 410);
    assert.equal(await heading(thief), MANAGERS_WORDS[own].linkUsed);
    assert.equal((await thief.goto(link)).status(), 410);
  });
}

people('a sign-in link can be read in another language, and still works', async (newBrowser) => {
  const phone = await newBrowser({ ...PHONE, locale: 'zh-TW' });
  await phone.goto(await signInLink(await listed({ language: 'en' })));
  await follow(phone, () => phone.locator('.languages a[lang=en]').click());
  assert.equal(await heading(phone), MANAGERS_WORDS.en.signIn);
  await pressSignIn(phone);
  assert.equal(phone.url(), `${url}/reports/store/12.html`);
});

people('whoever owns no store but sets some up begins with the people', async (newBrowser) => {
  const page = await newBrowser();
  await signIn(page, await listed({ roles: roles('sets-up', 'cn/east') }));
  assert.equal(page.url(), `${url}/people`);
  // Only who may do everything reads what everybody did.
  assert.equal(await page.locator('a[href^="/audit"]').count(), 0);
  await assertRefused(page, '/audit', { status: 403, words: MANAGERS_WORDS.en.notYours, next: '/people' });
});

// ── Changed ────────────────────────────────────────────────────────────────────────────────────────────────────────

people('what an operator changes of a person is so on that person\'s next page', async (newBrowser) => {
  const id = await listed({ name: 'Mei', language: 'en' });
  const phone = await newBrowser(PHONE);
  await signIn(phone, id);
  const atDesk = await operator(newBrowser);
  await open(atDesk, `/people/${id}`);
  const saved = await send(formTo(atDesk, `/people/${id}`, '[value=save]'), { looks: 'store/13', language: 'zh-CN' });
  assert.equal(saved.status(), 200);
  assert.equal(await atDesk.locator('[role=status]').innerText(), MANAGERS_WORDS.en.saved);

  const { notYours } = MANAGERS_WORDS['zh-CN'];
  const refused = { status: 403, words: notYours, own: 'zh-CN', next: '/reports/store/13.html' };
  await assertRefused(phone, '/reports/store/12.html', refused);
  assert.equal(await heading(phone), STORES[13]);
});

people('who is signed out everywhere, or taken off the list, is out at once and reads why', async (newBrowser) => {
  const id = await listed({ name: 'Mei', language: 'zh-CN' });
  const phones = [await newBrowser(PHONE), await newBrowser(PHONE)];
  for (const phone of phones) await signIn(phone, id);
  const atDesk = await operator(newBrowser);
  await open(atDesk, `/people/${id}`);
  const signOut = formTo(atDesk, `/people/${id}`, '[value=sign-out]');
  assert.equal((await press(signOut)).status(), 200);
  // Nothing is left to sign out.
  assert.equal(await signOut.count(), 0);
  // Nobody knows any more who this is: their browser's language counts.
  const signedOut = { status: 401, words: MANAGERS_WORDS.en.signedOut, own: 'en', next: '/sign-in' };
  for (const phone of phones) await assertRefused(phone, '/reports/store/12.html', signedOut);

  await signIn(phones[0], id);
  const unused = await signInLink(id);
  await open(atDesk, `/people/${id}`);
  assert.equal((await press(formTo(atDesk, `/people/${id}`, '[value=remove]'))).status(), 200);
  assert.equal(await atDesk.locator('[role=status]').innerText(), `${MANAGERS_WORDS.en.removed} Mei`);
  assert.equal(await atDesk.locator(`a[href^="/people/${id}"]`).count(), 0);
  await assertRefused(phones[0], '/reports/store/12.html', signedOut);
  assert.equal((await phones[1].goto(unused)).status(), 410);
  assert.equal((await open(atDesk, `/people/${id}`)).status(), 404);
});

for (const own of LANGUAGES) {
  people(`who asks for a link by e-mail is not told who is listed, and the operator sees it, in ${own}`, async (newBrowser) => {
    const email = `mei.${own.toLowerCase()}@example.cn`;
    const id = await listed({ name: 'Mei', email });
    const ask = async (address) => {
      const phone = await newBrowser({ ...PHONE, locale: own });
      await open(phone, '/sign-in');
      const asked = await send(formTo(phone, '/sign-in'), { email: address });
      assert.equal(asked.status(), 200);
      assert.equal(await heading(phone), MANAGERS_WORDS[own].asked);
      return phone.content();
    };
    assert.equal(await ask('stranger@example.cn'), await ask(email.toUpperCase()));

    const atDesk = await operator(newBrowser, { locale: own });
    await open(atDesk, '/people');
    const { asks } = MANAGERS_WORDS[own];
    const theirs = atDesk.locator('main li, main tr').filter({ has: atDesk.locator(`a[href^="/people/${id}"]`) });
    assert.ok((await theirs.innerText()).includes(asks));
    await follow(atDesk, () => theirs.locator('a').click());
    assert.ok((await text(atDesk)).includes(asks));
    const link = await makeLink(atDesk, id);
    await open(atDesk, '/people');
    assert.ok(!(await theirs.innerText()).includes(asks));
    const phone = await newBrowser({ ...PHONE, locale: own });
    await phone.goto(link);
    await pressSignIn(phone);
    assert.equal(await heading(phone), STORES[12]);
  });
}

// ── Signed out ─────────────────────────────────────────────────────────────────────────────────────────────────────

people('who signs out is out in this browser, and in no other', async (newBrowser) => {
  const id = await listed({ roles: roles('everything', '*') });
  const [shared, own] = [await newBrowser(WITHOUT_SCRIPT), await newBrowser(PHONE)];
  await signIn(own, id);
  for (const path of ['/reports/store/12.html', '/people']) {
    await signIn(shared, id);
    await open(shared, path);
    await follow(shared, () => shared.locator('form[action^="/sign-out"] button:not([name])').click());
    assert.equal(new URL(shared.url()).pathname, '/sign-in');
    // Also for whoever presses Back.
    await assertRefused(shared, path, { status: 401, words: MANAGERS_WORDS.en.signInFirst, next: '/sign-in' });
  }
  assert.equal((await open(own, '/people')).status(), 200);
});

for (const path of ['/reports/store/12.html', '/people']) {
  people(`who signs out on all devices is out on all of them, from ${path}`, async (newBrowser) => {
    const id = await listed({ roles: roles('everything', '*') });
    const [here, there] = [await newBrowser(WITHOUT_SCRIPT), await newBrowser(PHONE)];
    for (const page of [here, there]) await signIn(page, id);
    await open(here, path);
    await follow(here, () => here.locator('form[action^="/sign-out"] button[name=everywhere]').click());
    assert.equal(new URL(here.url()).pathname, '/sign-in');
    assert.equal((await open(there, '/people')).status(), 401);
  });
}

people('a form from before this sign-in is refused, says so, and changes nothing', async (newBrowser) => {
  const chen = await listed({ name: 'Chen', language: 'zh-TW', roles: roles('everything', '*') });
  const id = await listed({ name: 'Mei' });
  const old = await newBrowser();
  await signIn(old, chen);
  const tab = await old.context().newPage();
  for (const [path, form, fields] of [
    [`/people/${id}`, formTo(old, `/people/${id}`, '[value=save]'), { name: 'Changed' }],
    [`/people/${id}`, formTo(old, `/people/${id}`, '[value=remove]'), {}],
    [`/people/${id}`, formTo(old, `/people/${id}`, '[value=link]'), {}],
    ['/people', formTo(old, '/people'), { name: 'Stranger', everything: '*' }],
    ['/grants', issueForm(old), { subject: 'Stranger', scope: 'issue:store/12' }],
  ]) {
    await open(old, path);
    await fillIn(form, fields);
    await signIn(tab, chen);
    const [before, deeds] = [await everything(), await call('GET', '/audit')];
    const refused = await press(form);
    assert.equal(refused.status(), 403, path);
    assert.equal(await heading(old), MANAGERS_WORDS['zh-TW'].unchanged);
    assert.deepEqual(await everything(), before);
    assert.deepEqual(await call('GET', '/audit'), deeds);
  }
  // The same where the session has ended meanwhile.
  await open(old, `/people/${id}`);
  const form = formTo(old, `/people/${id}`, '[value=save]');
  await fillIn(form, { name: 'Changed' });
  await call('DELETE', `/people/${chen}/sessions`);
  const before = await everything();
  assert.equal((await press(form)).status(), 401);
  assert.deepEqual(await everything(), before);
});

/** Who is listed, and which grants. */
async function everything() {
  return [await call('GET', '/people'), await call('GET', '/grants')];
}

// ── Mistakes ───────────────────────────────────────────────────────────────────────────────────────────────────────

// Whoever sets up a region gives what they may do there themselves.
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
      [{ 'looks': 'store/12 cn/atlantis' }, `${words.beyond} report:cn/atlantis`],
      [{ 'looks': 'cn/east/atlantis' }, `${words.badScope} cn/east/atlantis`],
      [{ 'looks': 'store/zwölf' }, `${words.badScope} store/zwölf`],
      [{ 'owns-cases': 'cn/north' }, `${words.beyond} report:cn/north`],
      [{ 'everything': '*' }, `${words.beyond} admin`],
      [{ 'mentions': 'WangMei' }, `${words.badMentions} WangMei`],
      [{ 'looks': '', 'owns-cases': '' }, words.noRole],
      [{ email }, `${words.takenEmail} ${email}`],
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
    assert.deepEqual((await alert(page)).split(/\n+/), [words.notSaved, `${words.beyond} report:store/99`]);
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
      [{ scope: 'issue:store/31' }, `${words.beyond} issue:store/31`],
      [{ scope: 'store/12' }, `${words.badAllows} store/12`],
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
