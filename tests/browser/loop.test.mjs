// The whole loop on phones. A guest complains, and the store hears of it and answers. The guest is not content, and
// the level above hears of that. Then they are content, and the report counts it. An hour passes in a minute: nothing
// here is put into the table, and no schedule is fired by hand.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/loop.test.mjs

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import {
  EVERYTHING, call, issue, printedSignInLink, send as answer, startProgram, url, useGrant,
} from '../program.mjs';
import { overflow, smallTargets, violations } from './flaws.mjs';
import { closeMailboxes, environment, events, mails, openMailboxes, webhook } from './mailboxes.mjs';
import { issueForm, language, people, put, roles, secret, send } from './managers.mjs';
import { focus, follow, pressSignIn, putStores, signIn, startBrowser, stop } from './stack.mjs';
import { finish, soon } from './visit.mjs';
import { LANGUAGES, WORDS } from './words.mjs';

const LONGEST_SECONDS = 900;
// How long something is waited for that takes seconds, on a machine that does much else.
const PATIENCE = 60;

const STORE = 91;
const REGION = 'cn/south';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'zh-CN' };

// The guest's words are in no mail, no event and no photo. The store's reply is for its guest alone.
const SAID = '汤是凉的，等了四十分钟。';
const REPLY = '对不起，让您久等了。';
const SECOND_REPLY = '我们已退回汤的钱，传菜口加了保温台。';
const PRIVATE = [SAID, REPLY, SECOND_REPLY];

before(async () => {
  try {
    await openMailboxes();
    // The browser first: by such a clock the link that the program prints ends after 15 seconds.
    await startBrowser();
    await startProgram(LONGEST_SECONDS, { hasDemo: true, clock: '60x', environment });
  } catch (error) {
    await end();
    throw error;
  }
});
after(end);

async function end() {
  await stop();
  closeMailboxes();
}

// ── Steps of everybody ─────────────────────────────────────────────────────────────────────────────────────────────

/** That everybody can use a page, in the light and in the dark. */
async function assertUsable(page) {
  const problems = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const look of [violations, overflow, smallTargets]) {
      problems.push(...(await look(page)).map((problem) => `${colorScheme}: ${problem}`));
    }
  }
  assert.deepEqual(problems, [], page.url());
}

/** Opens an address in each language, the page's own last, and has each page checked. */
async function inEachLanguage(page, address, lookAt) {
  for (const wanted of [...LANGUAGES].reverse()) {
    await page.goto(`${url}${address}?lang=${wanted}`);
    assert.equal(await language(page), wanted);
    await lookAt(WORDS[wanted]);
    await assertUsable(page);
  }
}

/** Tab by Tab to an element. At each one a person sees where they are. */
async function tabTo(page, target) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const now = await focus(page);
    assert.ok(now.seen, `the focus on ${now.field} can be seen`);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`Tab never came to ${target}`);
}

const heading = (page) => page.locator('h1').innerText();
const bar = (page) => page.locator('.bar');
const row = (page) => page.locator('a.row').filter({ hasText: SAID });

/** The first mail to somebody, and where it leads. */
async function mailTo(person) {
  const mail = await soon(async () => {
    const first = mails.find(({ to }) => to === `${person}@example.cn`);
    assert.ok(first, `no mail has come to ${person}`);
    return first;
  }, PATIENCE);
  const [link] = mail.text.match(/http\S+/);
  assert.ok(mail.page.includes(`href="${link}"`), mail.page);
  return { ...mail, link };
}

// ── The steps ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The operator signs in by the printed link, and says who answers for the store and how they hear of it. */
async function putPeopleOnDuty(page) {
  await page.goto(printedSignInLink);
  await pressSignIn(page);
  await page.goto(`${url}/grants`);
  await send(issueForm(page), { subject: 'The loop', scope: EVERYTHING });
  useGrant(await secret(page));
  // The day of these visits ends in three quarters of an hour, which is 45 seconds.
  await putStores([[STORE, 'dine-in']], 0.75);
  for (const [id, person, scope] of [
    ['mei', { name: '梅姐', language: 'zh-CN' }, `store/${STORE}`],
    ['wang', { name: '王強', language: 'zh-TW' }, REGION],
  ]) {
    await put(id, { ...person, roles: roles('owns-cases', scope) });
    // Cases come by the duty. By themselves mailboxes also hear of counts that a busy machine does not end in time.
    const to = { mail: { address: `${id}@example.cn` } };
    await call('PUT', `/endpoints/${id}`, { to, types: ['endpoint.test'] });
    await call('PUT', `/duty/${scope}`, { people: [id], endpoint: id, digest: 'none' });
  }
  await call('PUT', '/endpoints/crm', { to: { webhook: { url: webhook } }, types: ['case.*'], scopes: [REGION] });
}

/** A guest gives 2 of 10, and reads that the store will answer here. */
async function complain(page, path) {
  await inEachLanguage(page, path, async (words) => {
    assert.equal(await page.locator('.survey button').innerText(), words.send);
  });
  await finish(page, { nps: 2, csat: 3, why: SAID });
  assert.ok((await page.locator('.end').innerText()).includes(WORDS['zh-CN'].replies));
  await assertUsable(page);
}

/** The store's manager comes from the mail to the inbox, takes the case and answers it, with a keyboard and no finger. */
async function answerByKeyboard(page, { link }) {
  assert.equal((await page.goto(link)).status(), 401);
  await assertUsable(page);
  await signIn(page, 'mei');
  await assertUsable(page);
  await inEachLanguage(page, new URL(link).pathname, () => row(page).waitFor());
  await page.goto(link);
  await tabTo(page, row(page));
  await follow(page, () => page.keyboard.press('Enter'));
  assert.equal(await page.locator('blockquote').innerText(), SAID);
  await assertUsable(page);
  await tabTo(page, bar(page).locator('button'));
  await follow(page, () => page.keyboard.press('Enter'));
  assert.match(await page.locator('.history').innerText(), /梅姐 认领/);
  await tabTo(page, page.locator('[name=cause]'));
  await page.keyboard.press('ArrowDown');
  await tabTo(page, page.locator('[name=reply]'));
  await page.keyboard.insertText(REPLY);
  await tabTo(page, page.locator('#answer button'));
  await follow(page, () => page.keyboard.press('Enter'));
  assert.equal(await page.locator('.reply').innerText(), REPLY);
  await assertUsable(page);
}

/** The guest comes back by their link, reads the reply in each language, and says what they think of it. */
async function comeBack(page, path, { reply, said }) {
  await page.goto(url + path);
  await follow(page, () => page.locator('form.case button').tap());
  assert.equal(await page.locator('.reply p').innerText(), reply);
  await inEachLanguage(page, `${path}/case`, async (words) => {
    await follow(page, () => page.locator('form button').click());
    assert.equal(await page.locator('.reply p').innerText(), reply);
    assert.deepEqual(await page.locator('.verdict button').allInnerTexts(), [words.solved, words.notSolved]);
  });
  await follow(page, () => page.locator(`[name=said][value=${said}]`).tap());
  await assertUsable(page);
  return heading(page);
}

/** A photo of the receipt leads to the state of the case, and to nothing else. */
async function lookByPhoto(page, path) {
  await page.goto(`${url}${path}/case`);
  const lines = (await page.locator('main').innerText()).split('\n').filter(Boolean);
  assert.deepEqual(lines.slice(3, -1), ['我们已回复您。', '我们的回复只在提交回答的手机上显示。', '返回']);
  const shown = await page.content();
  for (const words of PRIVATE) assert.ok(!shown.includes(words), words);
  await assertUsable(page);
  const told = await fetch(`${url}${path}/case`, { headers: { accept: 'application/json' } });
  assert.deepEqual(await told.json(), { state: 'answered' });
}

/** The level above comes from its mail to a case that is marked as theirs. */
async function seeEscalation(page, { link }) {
  await signIn(page, 'wang');
  await page.goto(link);
  assert.equal(new URL(page.url()).pathname, `/cases/${REGION}`);
  assert.match(await row(page).innerText(), /已升級 · 仍未解決 ×1/);
  await assertUsable(page);
}

/** The store's manager answers the same case again, with a thumb. */
async function answerAgain(page) {
  await page.goto(`${url}/cases/store/${STORE}`);
  await follow(page, () => row(page).tap());
  assert.match(await page.locator('.history').innerText(), /顾客 表示未解决/);
  await page.locator('[name=cause]').selectOption('waiting');
  await page.locator('[name=reply]').fill(SECOND_REPLY);
  await follow(page, () => page.locator('#answer button').tap());
  assert.equal(await page.locator('.reply').innerText(), SECOND_REPLY);
}

/** Four more guests go round by programs: of fewer than five, no report says what they think. One is not content. */
async function goRoundFourTimes() {
  for (const said of ['solved', 'solved', 'solved', 'not-solved']) {
    const [{ link }, submission] = [await issue(STORE), randomUUID()];
    assert.equal(await answer(`/s/${link}`, { nps: 2, csat: 3, why: 'Cold.' }, submission), 201);
    const { cases } = await call('GET', `/cases/store/${STORE}`);
    const { case: id, v } = cases.find(({ state, words }) => state === 'open' && words === 'Cold.');
    await call('POST', `/case/${id}`, { v, move: 'answer', cause: 'waiting', reply: REPLY });
    await call('POST', `/s/${link}/case`, { submission, said });
  }
}

const report = () => call('GET', `/reports/store/${STORE}.json`);

/** As long as the day of a case runs, the case is in no figure. */
async function assertNotCounted(day) {
  const { to, cases } = await report();
  assert.ok(cases === null || to > day, JSON.stringify(cases));
}

/** The count of the hour after the day's end has all of it. */
async function assertCounted(page) {
  const cases = await soon(async () => {
    const { cases } = await report();
    assert.ok(cases?.recovery, JSON.stringify(cases));
    return cases;
  }, 150);
  const { opened, reopened, waiting, silent, recovery } = cases;
  assert.deepEqual({ opened, reopened, waiting, silent }, { opened: 5, reopened: 2, waiting: 1, silent: 0 });
  assert.deepEqual([recovery.k, recovery.n], [4, 5]);
  for (const [wanted, name, part] of [
    ['en', 'Solved, say guests', '4 of 5'], ['zh-CN', '顾客确认已解决', '4 / 5'], ['zh-TW', '顧客確認已解決', '4 / 5'],
  ]) {
    await page.goto(`${url}/reports/store/${STORE}.html?lang=${wanted}`);
    assert.equal(await language(page), wanted);
    const shown = await page.locator('tr').filter({ hasText: name }).innerText();
    assert.ok(shown.includes('80.0%') && shown.includes(part), shown);
    await assertUsable(page);
  }
}

/** That other systems get the events of the case, in any order. */
async function assertTold() {
  const told = await soon(async () => {
    const types = events.map(({ type }) => type).sort();
    assert.deepEqual(types, ['case.answered', 'case.answered', 'case.closed', 'case.opened', 'case.reopened']);
    return events;
  }, PATIENCE);
  assert.equal(new Set(told.map(({ data }) => data.case)).size, 1);
  assert.equal(told.find(({ type }) => type === 'case.opened').data.level, 0);
  assert.equal(told.find(({ type }) => type === 'case.reopened').data.level, 1);
}

/** That neither what the guest said nor what they were answered is in anything that went out. */
function assertNoWordWentOut() {
  const all = JSON.stringify([mails, events]);
  for (const words of PRIVATE) assert.ok(!all.includes(words), words);
}

people('a complaint goes round until its guest is content, and the report counts it', async (newBrowser) => {
  await putPeopleOnDuty(await newBrowser(PHONE));
  const { link } = await issue(STORE);
  const path = `/s/${link}`;
  const { to: day } = await report();
  const guest = await newBrowser(PHONE);
  await complain(guest, path);
  await assertNotCounted(day);

  const mei = await newBrowser(PHONE);
  const mail = await mailTo('mei');
  assert.equal(mail.subject, '1 条反馈待处理');
  assert.equal(mail.link, `${url}/cases/store/${STORE}`);
  await answerByKeyboard(mei, mail);
  await lookByPhoto(await newBrowser(PHONE), path);

  // Nobody else is notified of a case that somebody works on.
  assert.ok(mails.every(({ to }) => to === 'mei@example.cn'), JSON.stringify(mails));
  assert.equal(await comeBack(guest, path, { reply: REPLY, said: 'not-solved' }), '我们已收到您的反馈，暂时没有新的回复。');
  const escalation = await mailTo('wang');
  assert.match(escalation.text, /【升級】新店 New store 91 1 則/);
  await seeEscalation(await newBrowser(PHONE), escalation);
  await answerAgain(mei);
  assert.equal(await comeBack(guest, path, { reply: SECOND_REPLY, said: 'solved' }), '我们已处理完毕。');

  await assertTold();
  await goRoundFourTimes();
  await assertCounted(mei);
  assertNoWordWentOut();
}, 280_000);
