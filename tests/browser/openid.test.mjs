// A manager signs in with the chain's own identity provider: a real one, on this machine.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/openid.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call, url } from '../program.mjs';
import { CLIENT, issuer, listen, serve, stopProvider } from './provider.mjs';
import { browser, start, stop } from './stack.mjs';

const LONGEST_SECONDS = 900;
const CALLBACK = '/sign-in/openid/callback';

// Lin is listed, with an address that differs in its letters' case alone.
const ACCOUNTS = {
  lin: { email: 'Lin@Example.cn', email_verified: true },
  stranger: { email: 'stranger@example.cn', email_verified: true },
  unverified: { email: 'lin@example.cn', email_verified: false },
  silent: { email: 'lin@example.cn' },
  nameless: {},
};

before(async () => {
  await listen();
  const environment = {
    OPENID_ISSUER: issuer,
    OPENID_CLIENT_ID: CLIENT.id,
    OPENID_CLIENT_SECRET: CLIENT.secret,
  };
  await start(LONGEST_SECONDS, {
    hasDemo: true,
    environment,
    prepare: async () => {
      serve(url + CALLBACK, ACCOUNTS);
      const roles = [{ role: 'looks', scope: 'cn/east' }];
      await call('PUT', '/people/lin', { name: 'Lin', email: 'lin@example.cn', language: 'zh-CN', roles });
    },
  });
});
after(async () => {
  await stop();
  stopProvider();
});

// ── The steps ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** A test in a browser that has nothing from before. `another` opens a page of a second one. */
function manager(name, use) {
  test(name, { timeout: 60_000 }, async () => {
    const contexts = [];
    const another = async () => {
      const context = await browser.newContext({ locale: 'en' });
      contexts.push(context);
      context.setDefaultTimeout(10_000);
      return context.newPage();
    };
    try {
      await use(await another(), another);
    } finally {
      for (const context of contexts) await context.close();
    }
  });
}

const signInButton = (page) =>
  page.locator('a[href*="/sign-in/openid"], form[action*="/sign-in/openid"] button').first();

/** From the page to sign in on to the provider's page of consent. */
async function toConsent(page, account) {
  await page.goto(`${url}/sign-in`);
  await signInButton(page).click();
  await page.locator(`button[name=account][value=${account}]`).click();
  await page.locator('button[name=consent]').first().waitFor();
}

const isCallback = (address) => new URL(address).pathname === CALLBACK;

/** Answers the provider's question, and waits until the program has the browser back: its reply. */
async function comeBack(page, consent = 'given') {
  const [reply] = await Promise.all([
    page.waitForResponse((response) => isCallback(response.url())),
    page.locator(`button[name=consent][value=${consent}]`).click(),
  ]);
  return reply;
}

/** Consents, and keeps the browser from following: the address that it would come back to. */
async function addressBack(page) {
  const web = page.context().request;
  let reply = await web.post(page.url(), { form: { consent: 'given' }, maxRedirects: 0 });
  for (let steps = 0; steps < 5; steps += 1) {
    const next = new URL(reply.headers().location, issuer).href;
    if (isCallback(next)) return next;
    reply = await web.get(next, { maxRedirects: 0 });
  }
  return assert.fail('The provider does not lead back.');
}

async function looksAt(page, scope) {
  return (await page.goto(`${url}/reports/${scope}`)).status();
}

/** That nobody is signed in, and that a page says so, without what only the provider should read, and leads back. */
async function assertRefused(page, reply) {
  assert.ok(reply.status() >= 400 && reply.status() < 500, `The callback was answered with ${reply.status()}.`);
  await page.waitForLoadState();
  const html = await page.content();
  const { searchParams } = new URL(reply.url());
  for (const secret of ['code', 'state'].map((name) => searchParams.get(name))) {
    assert.ok(!secret || !html.includes(secret));
  }
  const back = page.locator('main a[href*="/sign-in"]').first();
  await back.click();
  await signInButton(page).waitFor();
  assert.equal(await looksAt(page, 'cn/east'), 401);
}

// ── Let in, and refused ────────────────────────────────────────────────────────────────────────────────────────────

manager('who is listed signs in with the provider and sees their report, and no other', async (page) => {
  await page.goto(`${url}/sign-in`);
  assert.match(await signInButton(page).innerText(), /^Sign in with localhost$/);
  await toConsent(page, 'lin');
  await comeBack(page);
  await page.waitForURL(`${url}/reports/**`);
  assert.equal(await looksAt(page, 'cn/east'), 200);
  assert.equal(await looksAt(page, 'cn/south'), 403);
});

for (const [account, who] of Object.entries({
  stranger: 'whose address is not listed',
  unverified: 'whose address the provider has not verified',
  silent: 'of whose address the provider says nothing',
  nameless: 'who has no address',
})) {
  manager(`nobody is signed in ${who}`, async (page) => {
    await toConsent(page, account);
    await assertRefused(page, await comeBack(page));
  });
}

manager('who says no at the provider is not signed in', async (page) => {
  await toConsent(page, 'lin');
  await assertRefused(page, await comeBack(page, 'denied'));
});

manager('an address that has been come back to signs nobody in again', async (page, another) => {
  await toConsent(page, 'lin');
  const reply = await comeBack(page);
  await page.waitForURL(`${url}/reports/**`);
  assert.equal((await page.goto(reply.url())).status() >= 400, true);
  const stranger = await another();
  await assertRefused(stranger, await stranger.goto(reply.url()));
});

manager('nobody comes back to what another browser began', async (page, another) => {
  await toConsent(page, 'lin');
  const address = await addressBack(page);
  // One who has begun a sign-in of their own, and one who has not.
  const victim = await another();
  await toConsent(victim, 'stranger');
  await assertRefused(victim, await victim.goto(address));
  const passerBy = await another();
  await assertRefused(passerBy, await passerBy.goto(address));
  // The code has not been used up by them.
  await page.goto(address);
  await page.waitForURL(`${url}/reports/**`);
});

manager('a sign-in with a code of nobody is refused', async (page) => {
  await toConsent(page, 'lin');
  const address = new URL(await addressBack(page));
  address.searchParams.set('code', 'made-up');
  await assertRefused(page, await page.goto(address.href));
});
