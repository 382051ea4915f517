// An operator lets managers in, and managers find their own pages and no others. They are invited, signed in by a link,
// refused, changed, signed out, taken off.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/people.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { call, signInLink, url } from '../program.mjs';
import { overflow, smallTargets } from './flaws.mjs';
import { assertRefused, field, fillIn, formTo, heading, issueForm, language, listed, makeLink, open, operator, people, press, roles, secret, send, text } from './managers.mjs';
import { browser, follow, pressSignIn, signIn, start, stop } from './stack.mjs';
import { LANGUAGES, MANAGERS_WORDS } from './words.mjs';

const LONGEST_SECONDS = 900;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const WITHOUT_SCRIPT = { javaScriptEnabled: false };
const STORES = { 12: '南京路店 Nanjing Road', 13: '徐家汇店 Xujiahui' };

before(() => start(LONGEST_SECONDS, { hasDemo: true }));
after(stop);

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
    // A program that scans messages opens their links, and uses nothing up.
    for (const page of [thief, phone]) assert.equal((await page.goto(link)).status(), 200);
    assert.equal(await heading(phone), MANAGERS_WORDS[ofPhone].signIn);
    // Nobody is signed in as somebody else unawares.
    assert.ok((await text(phone)).includes(name));
    await pressSignIn(phone);
    assert.equal(phone.url(), `${url}/reports/store/12.html`);
    assert.ok((await heading(phone)).startsWith(STORES[12]));
    assert.equal(await language(phone), own);
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
  assert.ok((await heading(phone)).startsWith(STORES[13]));
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
  assert.equal(await atDesk.locator('[role=status]').innerText(), MANAGERS_WORDS.en.removed('Mei'));
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
    assert.ok((await heading(phone)).startsWith(STORES[12]));
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
    // Also for a person who presses Back.
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

/** The people and the grants that are listed. */
async function everything() {
  return [await call('GET', '/people'), await call('GET', '/grants')];
}
