// Runs the page of the mini-program as a guest uses it, against the real stack.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/check.mjs
//
// The markup is compiled by WeChat's own compiler, and the page runs in WeChat's own component framework, both as npm
// has them. Every request is a real one to the real program, on ports and a folder of its own. Only what a phone does
// is a stand-in: it keeps a storage, speaks a language, scrolls, and loses its network when it is told to.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MINI_PROGRAM = join(ROOT, 'miniprogram');
const PROGRAM = process.env.AFTERTASTE_PROGRAM && resolve(process.env.AFTERTASTE_PROGRAM);

// npm has WeChat's compiler for these machines alone. On others its framework compiles the markup.
const HAS_COMPILER = process.platform !== 'linux' || process.arch === 'x64';

// After so long what is waited for will not come.
const PATIENCE = 6_000;
// The local stack reads its catalog anew after a second.
const CATALOG_AGE = 1_100;
// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 240;

const DAY = 24 * 3_600_000;

// ── The stack ──────────────────────────────────────────────────────────────────────────────────────────────────────

let program;
let folder;
let url;
let grant;

before(async () => {
  assert.ok(PROGRAM, 'AFTERTASTE_PROGRAM names the built program, such as target/debug/aftertaste-local.');
  folder = mkdtempSync(join(tmpdir(), 'aftertaste-mini-program-'));
  const options = ['--port', '0', '--dynamodb-port', '0', '--no-demo', '--data', folder];
  const env = { ...process.env, RUST_LOG: 'error' };
  program = spawn(PROGRAM, options, { stdio: ['ignore', 'pipe', 'inherit'], env });
  program.on('error', (error) => fail(`${PROGRAM} can't be started: ${error.message}`));
  url = await new Promise((ready) => {
    const lines = createInterface({ input: program.stdout });
    lines.on('line', (line) => {
      const [, address] = line.match(/^ready (http\S+)/) ?? [];
      if (address) ready(address);
    });
    lines.on('close', () => fail(`${PROGRAM} has ended.`));
  });
  const { stdout } = await promisify(execFile)(PROGRAM, ['grant', 'issue admin report:', '--data', folder]);
  grant = stdout.trim();
  await call('PUT', '/brand', { name: '巷子小馆 Lane', colour: '#1b6b4f' });
  for (const survey of [EVERYTHING, SHORT, OPTIONAL]) await call('PUT', `/surveys/${survey.id}`, survey);
  server.server = url;
});

after(async () => {
  // A page that a failed check has left behind would try again for ever, and this process would not end.
  wx.request = () => ({ abort() {} });
  const ended = once(program, 'exit');
  program.removeAllListeners('error');
  program.kill('SIGINT');
  await ended;
});

function fail(why) {
  if (program.killed) return;
  console.error(why);
  process.exit(1);
}

// Whatever ends this process, what it started ends with it.
process.on('exit', () => {
  program?.kill('SIGKILL');
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
setTimeout(() => fail(`The checks were not done after ${LONGEST_SECONDS} seconds.`), LONGEST_SECONDS * 1000).unref();

/** Sends JSON with the grant of everything: the reply's JSON. */
async function call(method, path, body) {
  const headers = { authorization: `Bearer ${grant}`, 'content-type': 'application/json' };
  const reply = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
  return text && JSON.parse(text);
}

// A question of each kind, and conditions of each kind.
const EVERYTHING = {
  id: 'everything',
  title: { 'zh-CN': '这顿饭怎么样？', 'zh-TW': '這頓飯怎麼樣？', 'en': 'How was your meal?' },
  questions: [
    {
      id: 'nps', kind: 'scale', min: 0, max: 10, measures: 'recommend', required: true,
      text: { 'zh-CN': '会推荐我们吗？', 'zh-TW': '會推薦我們嗎？', 'en': 'Would you recommend us?' },
      low_label: { 'zh-CN': '不会', 'en': 'Not at all' }, high_label: { 'zh-CN': '一定会', 'en': 'Certainly' },
    },
    {
      id: 'csat', kind: 'scale', min: 1, max: 5, measures: 'satisfaction', required: true,
      text: { 'zh-CN': '满意吗？', 'zh-TW': '滿意嗎？', 'en': 'How satisfied are you?' },
    },
    {
      id: 'what', kind: 'choice', many: true, required: true, ask_if: { question: 'nps', at_most: 6 },
      text: { 'zh-CN': '哪里不好？', 'en': 'What was not right?' },
      options: [
        { id: 'taste', text: { 'zh-CN': '味道', 'en': 'The taste' } },
        { id: 'wait', text: { 'zh-CN': '等待', 'en': 'The wait' } },
        { id: 'price', text: { 'zh-CN': '价格', 'en': 'The price' } },
      ],
    },
    {
      id: 'minutes', kind: 'scale', min: 0, max: 5, ask_if: { question: 'what', chose: 'wait' },
      text: { 'zh-CN': '等了多久？', 'en': 'How long was the wait?' },
    },
    {
      id: 'where', kind: 'choice',
      text: { 'zh-CN': '在哪里吃的？', 'en': 'Where did you eat?' },
      options: [{ id: 'in', text: { 'zh-CN': '堂食', 'en': 'Here' } }, { id: 'out', text: { 'zh-CN': '外带', 'en': 'Away' } }],
    },
    { id: 'why', kind: 'text', max_length: 40, text: { 'zh-CN': '还想说什么？', 'en': 'Anything else?' } },
  ],
};

// Another survey, whose links live for a day only.
const SHORT = {
  id: 'short',
  title: { 'zh-CN': '一个问题', 'en': 'One question' },
  link_lifetime_days: 1,
  questions: [
    EVERYTHING.questions[0],
    { id: 'new', kind: 'choice', text: { 'zh-CN': '第一次来？', 'en': 'First time?' }, options: EVERYTHING.questions[4].options },
  ],
};

// One that nobody has to answer.
const OPTIONAL = { id: 'optional', title: { en: 'A word?' }, questions: [EVERYTHING.questions[4], EVERYTHING.questions[5]] };

let stores = 0;

/** A store that nobody has answered. */
async function newStore(survey = EVERYTHING) {
  stores += 1;
  await asks(stores, survey);
  return stores;
}

/** Puts a store, so that it asks this survey. */
function asks(store, survey) {
  const place = { name: `南京路 ${store}`, path: 'cn/east/shanghai', time_zone: 'Asia/Shanghai' };
  return call('PUT', `/stores/${store}`, { ...place, survey: survey.id });
}

let payments = 0;

/** The link of a payment, made so long ago. */
async function newLink(store, ago = 0) {
  payments += 1;
  const paid_at = new Date(Date.now() - ago).toISOString();
  return call('POST', '/links', { store, payment: `payment ${payments}`, paid_at, channel: 'wechat-mini-program' });
}

/** Sends answers as any other program would: the status. */
async function sent(link, answers) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const reply = await fetch(`${url}/s/${link}`, { method: 'POST', headers, body: JSON.stringify({ answers }) });
  return reply.status;
}

/** Fails unless exactly these answers were recorded: sent again they are 200, others would be 409, and new ones 201. */
async function assertRecorded(link, answers) {
  assert.equal(await sent(link, answers), 200, `other answers than ${JSON.stringify(answers)} were recorded, or none`);
}

/** The page that a browser gets of a link. */
async function webPage(path, language, form) {
  const headers = { accept: 'text/html', 'accept-language': language };
  const method = form ? 'POST' : 'GET';
  return (await fetch(url + path, { method, headers, body: form && new URLSearchParams(form) })).text();
}

// ── The phone ──────────────────────────────────────────────────────────────────────────────────────────────────────

let phone;

function newPhone(language = 'zh_CN') {
  phone = {
    language, isOnline: true, losesReplies: false, storage: new Map(), listeners: new Set(), requests: [], scrolls: [],
    title: '',
  };
}

/** The network comes and goes; the phone tells it unless told not to. */
function network(isOnline, { tell = true } = {}) {
  phone.isOnline = isOnline;
  if (tell) for (const listener of phone.listeners) listener({ isConnected: isOnline, networkType: isOnline ? 'wifi' : 'none' });
}

// As WeChat has it: what is stored is a copy, and every reply is a success, whatever its status.
const wechat = {
  getAppBaseInfo: () => ({ language: phone.language }),
  getStorageSync: (key) => (phone.storage.has(key) ? JSON.parse(phone.storage.get(key)) : ''),
  setStorageSync: (key, value) => void phone.storage.set(key, JSON.stringify(value)),
  removeStorageSync: (key) => void phone.storage.delete(key),
  setNavigationBarTitle: ({ title }) => void (phone.title = title),
  pageScrollTo: (where) => void phone.scrolls.push(where.selector ?? where.scrollTop),
  onNetworkStatusChange: (listener) => void phone.listeners.add(listener),
  offNetworkStatusChange: (listener) => void phone.listeners.delete(listener),
  request(options) {
    const aborted = new AbortController();
    const noted = { method: options.method, url: options.url, body: options.data, isOnline: phone.isOnline };
    phone.requests.push(noted);
    overTheNetwork(options, phone, aborted.signal).then(
      (reply) => {
        noted.status = reply.statusCode;
        options.success(reply);
      },
      (error) => {
        noted.status = 0;
        options.fail({ errMsg: `request:fail ${error.message}` });
      },
    );
    return { abort: () => aborted.abort() };
  },
};

async function overTheNetwork({ url, method, data, header, timeout }, phone, aborted) {
  if (!phone.isOnline) throw new Error('net::ERR_INTERNET_DISCONNECTED');
  const signal = AbortSignal.any([aborted, AbortSignal.timeout(timeout)]);
  const reply = await fetch(url, { method, headers: header, body: data && JSON.stringify(data), signal });
  const text = await reply.text();
  if (phone.losesReplies) throw new Error('net::ERR_CONNECTION_RESET');
  let read = text;
  try {
    read = JSON.parse(text);
  } catch {
    // WeChat hands over as a text what is no JSON.
  }
  return { statusCode: reply.status, data: read, header: Object.fromEntries(reply.headers) };
}

// The framework draws on a document.
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<!doctype html><html><head></head><body></body></html>');
Object.assign(globalThis, { window, document: window.document, CustomEvent: window.CustomEvent, wx: wechat });
const simulate = require('miniprogram-simulate');
const server = require(join(MINI_PROGRAM, 'survey/config.js'));
const page = simulate.load(join(MINI_PROGRAM, 'survey/survey'), 'survey', {
  rootPath: MINI_PROGRAM,
  compiler: HAS_COMPILER ? 'official' : 'simulate',
});

// ── The guest ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Waits until something holds. */
async function until(what, holds) {
  const deadline = Date.now() + PATIENCE;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `This did not come: ${what}.`);
    await sleep(10);
  }
}

/** A page that a guest has open. */
class Guest {
  constructor(query) {
    this.page = simulate.render(page);
    this.page.attach(window.document.body);
    this.page.instance.onLoad(query);
    this.page.triggerPageLifeTime('show');
  }

  /** Opens the survey of a link by its mini-program code, and waits until it can be answered. */
  static async of(link) {
    const guest = new Guest({ scene: encodeURIComponent(link) });
    await until('the survey', () => guest.data.stage === 'survey');
    return guest;
  }

  get data() {
    return this.page.data;
  }

  /** All elements of a class as they are drawn: their texts and attributes. */
  all(name) {
    const found = [];
    const search = (node) => {
      if (typeof node === 'string') return node;
      const text = node.children.map(search).join('');
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [camelCase(name), value]));
      if (String(attributes.class).split(' ').includes(name)) found.push({ text, ...attributes });
      return text;
    };
    search(this.page.toJSON());
    return found;
  }

  texts(name) {
    return this.all(name).map(({ text }) => text);
  }

  /** The ids of the questions that can be seen. */
  get questions() {
    return this.all('question').map(({ id }) => id.replace('question-', ''));
  }

  /** The mistakes beside a question. */
  mistakes(question) {
    const { mistake } = this.data.questions.find(({ id }) => id === question);
    assert.equal(this.page.querySelectorAll(`#question-${question} .mistake`).length, mistake ? 1 : 0);
    return mistake;
  }

  /** What is chosen of a question, as it is drawn. */
  chosen(question) {
    const picks = this.all('pick').filter((pick) => pick.dataQuestion === question && pick.class.includes('chosen'));
    for (const pick of picks) assert.equal(pick.ariaChecked, true);
    return picks.map(({ dataValue }) => dataValue);
  }

  async tap(selector, matches = () => true) {
    const found = this.page.querySelectorAll(selector).find(({ dom }) => matches(dom.dataset));
    assert.ok(found, `There is no ${selector} to tap.`);
    found.dispatchEvent('tap');
    // The framework hands events over when it comes to it.
    await sleep(0);
  }

  pick(question, value) {
    return this.tap('.pick', (pick) => pick.question === question && pick.value === String(value));
  }

  async type(question, value) {
    const field = this.page.querySelectorAll('.text').find(({ dom }) => dom.dataset.question === question);
    field.dispatchEvent('input', { detail: { value } });
    await sleep(0);
  }

  send() {
    return this.tap('.send');
  }

  async end(name) {
    await until(`the end "${name}"`, () => this.data.end?.name === name);
    assert.deepEqual(this.texts('title'), [this.data.end.title]);
  }

  async answerAndSend(nps, csat) {
    await this.pick('nps', nps);
    await this.pick('csat', csat);
    await this.send();
  }

  /** Another app comes to the front. */
  hide() {
    this.page.triggerPageLifeTime('hide');
  }

  show() {
    this.page.triggerPageLifeTime('show');
  }

  /** The page is closed, in all the ways that WeChat tells it. */
  close() {
    this.page.instance.onUnload();
    this.page.detach();
  }
}

function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

const posted = () => phone.requests.filter(({ method }) => method === 'POST');

/** Waits until every request has its reply. */
const quiet = () => until('every reply', () => phone.requests.every(({ status }) => status !== undefined));

const kept = () => wechat.getStorageSync('aftertaste-drafts') || {};

/** The links of which answers are kept. */
const drafts = () => Object.keys(kept()).filter((link) => kept()[link].answers);

// ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('a mini-program code opens the survey of its payment', async () => {
  newPhone();
  const store = await newStore();
  const { scene } = await newLink(store);
  const guest = await Guest.of(scene);
  assert.deepEqual(guest.texts('brand'), ['巷子小馆 Lane']);
  assert.deepEqual(guest.texts('logo'), ['巷']);
  assert.deepEqual(guest.texts('store'), [`南京路 ${store}`]);
  assert.deepEqual(guest.texts('title'), ['这顿饭怎么样？']);
  assert.equal(guest.all('survey')[0].style, '--brand: #1b6b4f; --on-brand: #fff');
  assert.match(guest.texts('privacy')[0], /730 天/);
  assert.equal(phone.title, '巷子小馆 Lane');
  guest.close();
});

test('an ordinary link that WeChat opens with the mini-program is read from q, with its language', async () => {
  newPhone();
  const issued = await newLink(await newStore());
  for (const [address, title] of [
    [issued.url, '这顿饭怎么样？'],
    [`${issued.url}?lang=en`, 'How was your meal?'],
    [`${issued.url}?from=receipt&lang=zh-TW#top`, '這頓飯怎麼樣？'],
  ]) {
    const guest = new Guest({ q: encodeURIComponent(address), scancode_time: '1795235700' });
    await until('the survey', () => guest.data.stage === 'survey');
    assert.deepEqual(guest.texts('title'), [title]);
    guest.close();
  }
});

test('what is not a link ends without a request, and a forged one as not a survey link', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  for (const query of [{}, { scene: 'table-12' }, { scene: `${link}A` }, { scene: '%E0%A4%A' }, { q: 'https%3A%2F%2Fs.example.cn%2F' }]) {
    const guest = new Guest(query);
    await guest.end('link-unknown');
    assert.deepEqual(guest.texts('quiet'), []);
    guest.close();
  }
  assert.deepEqual(phone.requests, []);
  for (const forged of ['A'.repeat(32), `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`]) {
    const guest = new Guest({ scene: forged });
    await guest.end('link-unknown');
    guest.close();
  }
  assert.deepEqual(phone.requests.map(({ status }) => status), [404, 404]);
});

test('an expired link says so, and so does one that expires while it is answered', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store, 2 * DAY);
  const guest = await Guest.of(link);
  await guest.pick('nps', 9);
  await guest.pick('csat', 4);
  assert.deepEqual(drafts(), [link]);
  await asks(store, SHORT);
  await sleep(CATALOG_AGE);
  await guest.send();
  await guest.end('link-expired');
  assert.deepEqual(drafts(), []);
  const late = new Guest({ scene: link });
  await late.end('link-expired');
  assert.deepEqual(late.texts('quiet'), []);
  late.close();
  guest.close();
});

test('without a network the page says so, and opens by the button or as soon as there is one', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  network(false);
  const guest = new Guest({ scene: link });
  await guest.end('offline');
  await guest.tap('.quiet');
  await quiet();
  await guest.end('offline');
  network(true, { tell: false });
  await guest.tap('.quiet');
  await until('the survey', () => guest.data.stage === 'survey');
  guest.close();

  network(false);
  const other = new Guest({ scene: link });
  await other.end('offline');
  network(true);
  await until('the survey', () => other.data.stage === 'survey');
  other.close();
  assert.equal(phone.listeners.size, 0);
});

// ── Answering ──────────────────────────────────────────────────────────────────────────────────────────────────────

test('questions of every kind are asked when their conditions hold, and recorded as they were answered', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  assert.deepEqual(guest.questions, ['nps', 'csat', 'where', 'why']);
  assert.deepEqual(guest.all('pick').filter((pick) => pick.dataQuestion === 'nps').map(({ text }) => text),
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  assert.deepEqual(guest.texts('scale-low'), ['不会']);
  assert.deepEqual(guest.texts('scale-high'), ['一定会']);

  await guest.pick('nps', 0);
  assert.deepEqual(guest.questions, ['nps', 'csat', 'what', 'where', 'why']);
  await guest.pick('what', 'wait');
  assert.deepEqual(guest.questions, ['nps', 'csat', 'what', 'minutes', 'where', 'why']);
  await guest.pick('minutes', 0);
  await guest.pick('what', 'price');
  await guest.pick('what', 'taste');
  await guest.pick('what', 'price');
  assert.deepEqual(guest.chosen('what'), ['taste', 'wait']);
  await guest.pick('csat', 2);
  await guest.pick('where', 'in');
  await guest.pick('where', 'out');
  assert.deepEqual(guest.chosen('where'), ['out']);
  const comment = '太咸了 🧂🧂 <script>alert("1")</script>';
  await guest.type('why', comment);
  await guest.send();
  await guest.end('thanks');

  const answers = { nps: 0, csat: 2, what: ['wait', 'taste'], minutes: 0, where: 'out', why: comment };
  await assertRecorded(link, answers);
  const report = await call('GET', `/reports/store/${store}.json`);
  assert.equal(report.responses, 1);
  assert.deepEqual(report.comments.map(({ nps, text }) => ({ nps, text })), [{ nps: 0, text: comment }]);
  assert.equal(report.nps.histogram['0'], 1);
  const { body } = posted()[0];
  assert.match(body.submission, /^[0-9a-f-]{36}$/);
  assert.deepEqual([body.survey, body.version], ['everything', 1]);
  assert.ok(Number.isInteger(body.seconds) && body.seconds >= 0 && body.seconds < 60, `seconds is ${body.seconds}`);
  guest.close();
});

test('answers to questions that are no longer asked are not sent, and come back when they are asked again', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.pick('nps', 3);
  await guest.pick('what', 'wait');
  await guest.pick('minutes', 5);
  await guest.pick('nps', 9);
  assert.deepEqual(guest.questions, ['nps', 'csat', 'where', 'why']);
  await guest.pick('nps', 4);
  assert.deepEqual(guest.chosen('what'), ['wait']);
  await guest.pick('nps', 10);
  await guest.pick('csat', 5);
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 10, csat: 5 });
  guest.close();
});

test('a tap on a score goes on to the next question, the last one to the button, and the bar follows', async () => {
  newPhone();
  const short = await Guest.of((await newLink(await newStore(SHORT))).link);
  await short.pick('nps', 2);
  assert.equal(phone.scrolls.at(-1), '#question-new');
  const before = phone.scrolls.length;
  await short.pick('new', 'in');
  assert.equal(phone.scrolls.length, before);
  short.close();

  const guest = await Guest.of((await newLink(await newStore())).link);
  assert.equal(guest.all('progress')[0].ariaLabel, '已答 0 题，共 4 题');
  await guest.pick('csat', 3);
  assert.equal(phone.scrolls.at(-1), '#question-where');
  await guest.pick('nps', 6);
  // One more is asked now.
  assert.equal(guest.all('progress')[0].ariaLabel, '已答 2 题，共 5 题');
  assert.equal(guest.all('progress-done')[0].style, 'width: 40%');
  assert.equal(phone.scrolls.at(-1), '#question-csat');
  guest.close();
});

test('a text is counted and cut as a person counts', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  assert.equal(guest.all('text')[0].maxlength, '-1');
  await guest.type('why', '🍜🍜好');
  assert.deepEqual(guest.texts('length'), ['3 / 40']);
  await guest.type('why', '🍜'.repeat(41));
  assert.deepEqual(guest.texts('length'), ['40 / 40']);
  assert.equal(guest.all('text')[0].value, '🍜'.repeat(40));
  // And again, when the field was given the same text before.
  await guest.type('why', `${'🍜'.repeat(40)}x`);
  assert.equal(guest.all('text')[0].value, '🍜'.repeat(40));
  await guest.answerAndSend(8, 4);
  await guest.end('thanks');
  await assertRecorded(link, { nps: 8, csat: 4, why: '🍜'.repeat(40) });
  guest.close();
});

test('the language is that of WeChat, and can be changed without losing an answer', async () => {
  const { link } = await newLink(await newStore());
  for (const [wechat, title, send] of [
    ['zh_CN', '这顿饭怎么样？', '提交'],
    ['zh_TW', '這頓飯怎麼樣？', '送出'],
    ['zh_HK', '這頓飯怎麼樣？', '送出'],
    ['en', 'How was your meal?', 'Send'],
    ['fr', '这顿饭怎么样？', '提交'],
  ]) {
    newPhone(wechat);
    const guest = await Guest.of(link);
    assert.deepEqual([...guest.texts('title'), ...guest.texts('send')], [title, send], wechat);
    guest.close();
  }

  newPhone('zh_CN');
  const guest = await Guest.of(link);
  assert.deepEqual(guest.texts('language'), ['简体中文', '繁體中文', 'English']);
  assert.deepEqual(guest.texts('current'), ['简体中文']);
  await guest.pick('nps', 1);
  await guest.pick('what', 'wait');
  await guest.type('why', 'Salty');
  await guest.tap('.language', ({ language }) => language === 'en');
  await until('English', () => guest.texts('send')[0] === 'Send');
  assert.deepEqual(guest.texts('current'), ['English']);
  assert.deepEqual(guest.chosen('nps'), [1]);
  assert.deepEqual(guest.chosen('what'), ['wait']);
  assert.equal(guest.all('text')[0].value, 'Salty');
  await guest.tap('.language', ({ language }) => language === 'zh-TW');
  await until('zh-TW', () => guest.texts('send')[0] === '送出');
  await guest.pick('csat', 1);
  await guest.send();
  await guest.end('thanks');
  assert.deepEqual(guest.texts('title'), ['謝謝您！']);
  assert.equal(new Set(posted().map(({ body }) => body.submission)).size, 1);
  await assertRecorded(link, { nps: 1, csat: 1, what: ['wait'], why: 'Salty' });
  guest.close();
});

test('without a network another language has to wait, and everything stays', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.pick('nps', 7);
  network(false);
  await guest.tap('.language', ({ language }) => language === 'en');
  await until('a word on it', () => guest.texts('status')[0]);
  assert.deepEqual(guest.texts('status'), ['没有成功，请稍后再试。']);
  assert.deepEqual(guest.chosen('nps'), [7]);
  network(true);
  await guest.tap('.language', ({ language }) => language === 'en');
  await until('English', () => guest.texts('send')[0] === 'Send');
  guest.close();
});

test('a screen reader is told what can be chosen, and what is', async () => {
  newPhone('en');
  const guest = await Guest.of((await newLink(await newStore())).link);
  await guest.pick('nps', 0);
  await guest.pick('what', 'wait');
  const roles = (question) => guest.all('pick').filter((pick) => pick.dataQuestion === question)
    .map(({ ariaRole, ariaLabel, ariaChecked }) => [ariaRole, ariaLabel, ariaChecked]);
  assert.deepEqual(roles('nps').slice(0, 2), [['radio', '0, Not at all', true], ['radio', '1', false]]);
  assert.deepEqual(roles('nps').at(-1), ['radio', '10, Certainly', false]);
  assert.deepEqual(roles('what').slice(0, 2), [['checkbox', 'The taste', false], ['checkbox', 'The wait', true]]);
  assert.deepEqual(roles('where')[0], ['radio', 'Here', false]);
  assert.deepEqual(guest.all('scale').map(({ ariaRole, ariaLabel }) => [ariaRole, ariaLabel])[0], ['radiogroup', 'Would you recommend us?']);
  assert.equal(guest.all('text')[0].ariaLabel, 'Anything else?');
  assert.equal(guest.all('send')[0].ariaRole, 'button');
  guest.close();
});

// ── The draft ──────────────────────────────────────────────────────────────────────────────────────────────────────

test('what was answered is there when the guest comes back, and gone when it is recorded', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 2);
  await guest.pick('what', 'price');
  await guest.type('why', '太贵 💸');
  await guest.tap('.language', ({ language }) => language === 'en');
  await until('English', () => guest.texts('send')[0] === 'Send');
  guest.close();
  assert.deepEqual(drafts(), [link]);

  const other = await Guest.of((await newLink(store)).link);
  assert.deepEqual(other.chosen('nps'), []);
  other.close();

  const back = await Guest.of(link);
  assert.deepEqual(back.texts('send'), ['Send']);
  assert.deepEqual(back.chosen('nps'), [2]);
  assert.deepEqual(back.chosen('what'), ['price']);
  assert.equal(back.all('text')[0].value, '太贵 💸');
  await back.pick('csat', 2);
  await back.send();
  await back.end('thanks');
  assert.deepEqual(drafts(), []);
  back.close();
  assert.deepEqual(drafts(), []);
  await assertRecorded(link, { nps: 2, csat: 2, what: ['price'], why: '太贵 💸' });
});

test('a draft that no longer fits its questions is taken as far as it does', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const answers = { nps: 11, csat: 3, what: ['gone', 'taste'], why: 'x'.repeat(50), gone: 1 };
  const draft = { survey: 'everything', until: '2530-01-01T00:00:00Z', answers, language: 'en', looked: 5000, submission: '', partial: '' };
  wechat.setStorageSync('aftertaste-drafts', { [link]: draft, expired: { ...draft, until: '2026-01-01T00:00:00Z' } });
  const guest = await Guest.of(link);
  assert.deepEqual(guest.chosen('nps'), []);
  assert.deepEqual(guest.chosen('csat'), [3]);
  assert.equal(guest.all('text')[0].value, 'x'.repeat(40));
  await guest.pick('nps', 5);
  assert.deepEqual(guest.chosen('what'), ['taste']);
  assert.deepEqual(drafts(), [link], 'the draft of an expired link stays');
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 5, csat: 3, what: ['taste'], why: 'x'.repeat(40) });
  assert.ok(posted().at(-1).body.seconds >= 5);
  guest.close();
});

// ── Sending ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('impatient taps send once', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 9);
  await guest.pick('csat', 5);
  await Promise.all([guest.send(), guest.send(), guest.send()]);
  await guest.end('thanks');
  assert.equal(posted().length, 1);
  await assertRecorded(link, { nps: 9, csat: 5 });
  guest.close();
});

test('required questions without an answer are marked, the first one is scrolled to, and nothing is sent', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.pick('nps', 6);
  await guest.send();
  assert.deepEqual(['nps', 'csat', 'what', 'where', 'why'].map((id) => guest.mistakes(id)), ['', '请回答这一题。', '请回答这一题。', '', '']);
  assert.equal(guest.texts('mistake')[0], '尚未提交，请再看一下您的回答。');
  assert.equal(phone.scrolls.at(-1), '#question-csat');
  await guest.pick('csat', 4);
  assert.equal(guest.mistakes('csat'), '');
  assert.equal(guest.mistakes('what'), '请回答这一题。');
  assert.equal(posted().length, 0);
  await guest.pick('nps', 7);
  await guest.send();
  await guest.end('thanks');
  guest.close();
});

test('who answers nothing is asked for one answer at least', async () => {
  newPhone('en');
  const { link } = await newLink(await newStore(OPTIONAL));
  const guest = await Guest.of(link);
  await guest.type('why', '   ');
  await guest.send();
  await until('a word on it', () => guest.texts('mistake').length > 1);
  assert.deepEqual(guest.texts('mistake').slice(1), ['Please answer at least one question.']);
  assert.equal(phone.scrolls.at(-1), '#notices');
  await guest.pick('where', 'in');
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { where: 'in' });
  guest.close();
});

test('what the server finds wrong stands beside its question', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.type('why', 'a bell \u0007');
  await guest.answerAndSend(9, 5);
  await until('the mistake', () => guest.mistakes('why'));
  assert.equal(guest.mistakes('why'), '文字中有无法显示的字符，请重新输入。');
  assert.equal(guest.mistakes('nps'), '');
  assert.equal(phone.scrolls.at(-1), '#question-why');
  assert.deepEqual(guest.texts('send'), ['提交']);
  await guest.type('why', 'a bell');
  assert.equal(guest.mistakes('why'), '');
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 9, csat: 5, why: 'a bell' });
  guest.close();
});

test('without a network the answers wait, and are sent as soon as there is one', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(10, 5);
  await until('a word on it', () => guest.texts('status')[0]);
  assert.deepEqual(guest.texts('status'), ['网络不通。请不要关闭本页，网络恢复后会自动提交。']);
  // What is on its way does not change.
  const chosen = guest.chosen('nps');
  assert.equal(chosen.length, 1);
  await guest.pick('nps', 0);
  assert.deepEqual(guest.chosen('nps'), chosen);
  assert.deepEqual(guest.texts('send'), ['正在提交……']);
  assert.deepEqual(drafts(), [link]);
  assert.equal(posted().length, 1);
  network(true);
  assert.equal(posted().length, 2, 'it was not sent at once');
  await guest.end('thanks');
  assert.deepEqual(drafts(), []);
  assert.equal(posted().length, 2);
  assert.equal((await call('GET', `/reports/store/${store}.json`)).responses, 1);
  guest.close();
});

test('a phone that does not tell when its network is back sends by itself', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(10, 4);
  await quiet();
  network(true, { tell: false });
  await guest.end('thanks');
  await assertRecorded(link, { nps: 10, csat: 4 });
  guest.close();
});

test('answers that waited when the mini-program was ended are sent when it is opened again', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(9, 3);
  await quiet();
  assert.deepEqual(drafts(), [link]);
  // What was to be done later ends with the mini-program. What it stored stays.
  clearTimeout(guest.page.instance.timer);
  const { storage } = phone;
  newPhone();
  phone.storage = storage;
  const back = new Guest({ scene: link });
  await back.end('thanks');
  assert.equal(posted().length, 1);
  await assertRecorded(link, { nps: 9, csat: 3 });
  assert.deepEqual(drafts(), []);
  back.close();
});

test('answers that arrived while their reply was lost are thanked for, once', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  phone.losesReplies = true;
  await guest.answerAndSend(8, 3);
  await quiet();
  phone.losesReplies = false;
  await guest.end('thanks');
  assert.deepEqual(posted().map(({ status }) => status), [0, 200]);
  assert.equal((await call('GET', `/reports/store/${store}.json`)).responses, 1);
  guest.close();
});

test('a server that is busy is asked again', async () => {
  newPhone('en');
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  const busy = createServer((_, reply) => reply.writeHead(503).end('{"message":"Service Unavailable"}')).listen(0, '127.0.0.1');
  await once(busy, 'listening');
  server.server = `http://127.0.0.1:${busy.address().port}`;
  try {
    await guest.answerAndSend(7, 3);
    await quiet();
    assert.match(guest.texts('status')[0], /^Many are answering just now\./);
  } finally {
    server.server = url;
    busy.close();
    busy.closeAllConnections();
  }
  await guest.end('thanks');
  assert.deepEqual(posted().map(({ status }) => status), [503, 201]);
  guest.close();
});

test('a survey that the store has changed meanwhile is shown, with the answers that fit it', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 9);
  await guest.pick('csat', 5);
  await asks(store, SHORT);
  await sleep(CATALOG_AGE);
  await guest.send();
  await until('the other survey', () => guest.texts('title')[0] === '一个问题');
  assert.deepEqual(guest.texts('mistake'), ['门店刚刚更新了问卷，请再看一下。']);
  assert.deepEqual(guest.questions, ['nps', 'new']);
  assert.deepEqual(guest.chosen('nps'), [9]);
  await guest.pick('new', 'in');
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 9, new: 'in' });
  guest.close();
});

// ── At the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

test('a visit that was answered otherwise can be taken back and answered anew', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  assert.equal(await sent(link, { nps: 7, csat: 1 }), 201);
  const guest = await Guest.of(link);
  await guest.answerAndSend(10, 5);
  await guest.end('answered');
  await assertRecorded(link, { nps: 7, csat: 1 });
  assert.deepEqual(guest.texts('quiet'), ['撤回我的回答']);
  await Promise.all([guest.tap('.quiet'), guest.tap('.quiet')]);
  await guest.end('taken-back');
  assert.equal(phone.requests.filter(({ method }) => method === 'DELETE').length, 1);
  assert.deepEqual(guest.texts('quiet'), ['重新填写']);
  await guest.tap('.quiet');
  await until('the survey', () => guest.data.stage === 'survey');
  // What she wanted to say is still there.
  assert.deepEqual([guest.chosen('nps'), guest.chosen('csat')], [[10], [5]]);
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 10, csat: 5 });
  assert.equal((await call('GET', `/reports/store/${store}.json`)).responses, 1);
  guest.close();
});

test('who has answered and opens the link again is told so, and can still take the answer back', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.answerAndSend(8, 4);
  await guest.end('thanks');
  guest.close();
  const back = new Guest({ scene: link });
  await back.end('answered');
  assert.deepEqual(back.texts('brand'), ['巷子小馆 Lane']);
  await back.tap('.quiet');
  await back.end('taken-back');
  back.close();
  const anew = await Guest.of(link);
  assert.deepEqual(anew.chosen('nps'), []);
  anew.close();
  assert.equal(posted().length, 1);
});

test('an answer that was just given can be taken back, when there is a network, and the survey begins anew', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.answerAndSend(3, 2);
  await guest.pick('what', 'taste');
  await guest.send();
  await guest.end('thanks');
  const first = posted()[0].body.submission;
  network(false);
  await guest.tap('.quiet');
  await until('a word on it', () => guest.texts('status')[0]);
  network(true);
  await guest.tap('.quiet');
  await guest.end('taken-back');
  assert.deepEqual(guest.texts('status'), ['']);
  assert.equal((await call('GET', `/reports/store/${store}.json`)).responses, 0);
  await guest.tap('.quiet');
  await until('the survey', () => guest.data.stage === 'survey');
  assert.deepEqual(guest.chosen('nps'), []);
  await guest.answerAndSend(9, 4);
  await guest.end('thanks');
  assert.notEqual(posted().at(-1).body.submission, first);
  await assertRecorded(link, { nps: 9, csat: 4 });
  guest.close();
});

// ── Leaving ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('who leaves has sent what is answered, once for the same answers, and never after the whole', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  guest.hide();
  await quiet();
  assert.equal(posted().length, 0, 'nothing was answered');
  guest.show();
  await guest.pick('nps', 4);
  await guest.pick('where', 'in');
  guest.hide();
  guest.hide();
  guest.close();
  await quiet();
  const bodies = () => posted().map(({ body }) => [body.partial, body.answers]);
  assert.deepEqual(bodies(), [[true, { nps: 4, where: 'in' }]]);

  const back = await Guest.of(link);
  back.hide();
  back.show();
  assert.equal(posted().length, 1, 'the same answers are sent once, also by a page that was opened again');
  await back.pick('nps', 8);
  back.hide();
  await quiet();
  assert.deepEqual(bodies()[1], [true, { nps: 8, where: 'in' }]);
  back.show();
  await back.pick('csat', 4);
  await back.send();
  await back.end('thanks');
  assert.deepEqual(bodies()[2], [undefined, { nps: 8, where: 'in', csat: 4 }]);
  back.hide();
  back.close();
  await quiet();
  assert.equal(posted().length, 3);
  assert.equal(new Set(posted().map(({ body }) => body.submission)).size, 1);
});

test('what could not be sent on leaving is sent on leaving the next time', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.pick('nps', 4);
  network(false);
  guest.close();
  await quiet();
  network(true);
  const back = await Guest.of(link);
  back.close();
  await quiet();
  assert.deepEqual(posted().map(({ isOnline, body }) => [isOnline, body.partial]), [[false, true], [true, true]]);
});

test('who leaves while the whole waits for the network has sent the whole', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(9, 5);
  await quiet();
  network(true, { tell: false });
  guest.hide();
  await guest.end('thanks');
  assert.ok(posted().every(({ body }) => body.partial === undefined));
  guest.close();

  // And when the page is closed, it is sent once there is a network, and the draft goes.
  const other = await newLink(store);
  const closed = await Guest.of(other.link);
  network(false);
  await closed.answerAndSend(9, 4);
  closed.close();
  await quiet();
  assert.deepEqual(drafts(), [other.link]);
  network(true);
  await until('the draft to go', () => drafts().length === 0);
  await assertRecorded(other.link, { nps: 9, csat: 4 });
  assert.ok(posted().every(({ body }) => body.partial === undefined));
  assert.equal(phone.listeners.size, 0);
});

test('the store sees a partial answer, and the whole one in its place', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 9);
  guest.hide();
  await quiet();
  const report = () => call('GET', `/reports/store/${store}.json`);
  const { partial, responses } = await report();
  assert.deepEqual({ partial, responses }, { partial: 1, responses: 0 });
  guest.show();
  await guest.pick('csat', 5);
  await guest.type('why', '又来了');
  await guest.send();
  await guest.end('thanks');
  const whole = await report();
  assert.deepEqual({ partial: whole.partial, responses: whole.responses }, { partial: 0, responses: 1 });
  await assertRecorded(link, { nps: 9, csat: 5, why: '又来了' });
  guest.close();
});

// ── The same as the web page ───────────────────────────────────────────────────────────────────────────────────────

test('the words are those of the web pages', async () => {
  const { wordsIn } = require(join(MINI_PROGRAM, 'survey/words.js'));
  const store = await newStore();
  for (const language of ['zh-CN', 'zh-TW', 'en']) {
    const { link } = await newLink(store);
    const words = wordsIn(language);
    const hasAll = (page, ...texts) => texts.forEach((text) => assert.ok(page.includes(text), `${language}: ${text}`));
    const path = `/s/${link}?lang=${language}`;
    hasAll(await webPage(path, language), `>${words.send}<`, `>${words.optional}<`, words.sending, words.offline, words.busy, words.missing);
    hasAll(await webPage(path, language, { nps: '9', why: '\u0007' }), words.mend, words.missing, words.controlCharacters);
    hasAll(await webPage(path, language, { survey: 'short', nps: '9' }), words.questionsChanged);
    const { thanks, answered, 'taken-back': takenBack, 'link-unknown': unknown } = words.ends;
    hasAll(await webPage(path, language, { nps: '9', csat: '5' }), thanks.title, thanks.more, thanks.button);
    hasAll(await webPage(path, language, { nps: '8', csat: '5' }), answered.title, answered.more, answered.button);
    hasAll(await webPage(path, language, { take_back: '1' }), takenBack.title, takenBack.more, takenBack.button);
    hasAll(await webPage(`/s/${'A'.repeat(32)}`, language), unknown.title, unknown.more);
  }
});

test("what is written on the brand's colour is as dark or light as on the web page", async () => {
  newPhone();
  const brand = await call('GET', '/brand');
  const { link } = await newLink(await newStore());
  for (const colour of ['#ffd400', '#1677ff', '#5b2a86']) {
    await call('PUT', '/brand', { ...brand, colour });
    await sleep(CATALOG_AGE);
    const [, ink] = (await webPage(`/s/${link}`, 'en')).match(/--on-brand:(#\w+)/);
    const guest = await Guest.of(link);
    assert.equal(guest.all('survey')[0].style, `--brand: ${colour}; --on-brand: ${ink}`);
    guest.close();
  }
  await call('PUT', '/brand', brand);
  await sleep(CATALOG_AGE);
});

test('a brand thanks in its own words', async () => {
  newPhone();
  const brand = await call('GET', '/brand');
  await call('PUT', '/brand', { ...brand, thanks: { en: 'See you at the table.' } });
  await sleep(CATALOG_AGE);
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.answerAndSend(9, 5);
  await guest.end('thanks');
  assert.equal(guest.data.end.more, 'See you at the table.');
  guest.close();
  await call('PUT', '/brand', brand);
  await sleep(CATALOG_AGE);
});

test('every language has the same words', () => {
  const { wordsIn } = require(join(MINI_PROGRAM, 'survey/words.js'));
  const shape = (words) => Object.entries(words).map(([key, value]) => (value.big ? key : [key, shape(value)]));
  assert.deepEqual(shape(wordsIn('zh-TW')), shape(wordsIn('zh-CN')));
  assert.deepEqual(shape(wordsIn('en')), shape(wordsIn('zh-CN')));
});

test('the colours are those of the web pages, in the light and in the dark', () => {
  const web = readFileSync(join(ROOT, 'shared/service/src/pages/page.css'), 'utf8');
  const here = readFileSync(join(MINI_PROGRAM, 'survey/survey.wxss'), 'utf8');
  const tokens = (css) => Object.fromEntries([...css.matchAll(/--([a-z]+):\s*(#[0-9a-f]+)/g)].map(([, name, colour]) => [name, colour]));
  const parts = (css) => css.split(/@media\s*\(prefers-color-scheme:\s*dark\)/);
  for (const [scheme, at] of [['light', 0], ['dark', 1]]) {
    const [theirs, ours] = [tokens(parts(web)[at].split('body{')[0]), tokens(parts(here)[at])];
    delete ours.brand;
    assert.equal(Object.keys(ours).length, 7, scheme);
    for (const [name, colour] of Object.entries(ours)) assert.equal(colour, theirs[name], `${scheme} --${name}`);
  }
});

test('every class that is drawn has a style, and every style is of a class that is drawn', () => {
  const markup = readFileSync(join(MINI_PROGRAM, 'survey/survey.wxml'), 'utf8');
  const style = readFileSync(join(MINI_PROGRAM, 'survey/survey.wxss'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const drawn = new Set([...markup.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names.match(/(?<!\.)\b[a-z][a-z-]+(?=[ "']|$)/g)));
  const styled = new Set([...style.matchAll(/\.([a-z][a-z-]*)/g)].map(([, name]) => name));
  // Only read by these checks, or told apart by what is around them.
  for (const name of ['store', 'notices', 'privacy', 'more', 'scale-low']) drawn.delete(name);
  assert.deepEqual([...drawn].filter((name) => !styled.has(name)), []);
  const hovers = [...markup.matchAll(/hover-class="([^"]*)"/g)].map(([, name]) => name);
  assert.deepEqual([...styled].filter((name) => !drawn.has(name) && !hovers.includes(name)), []);
});

if (HAS_COMPILER) {
  test("WeChat's own compiler takes the style sheet", () => {
    const { wxssToJs } = require('miniprogram-compiler');
    assert.match(wxssToJs(MINI_PROGRAM), /survey\/survey\.wxss/);
  });
}
