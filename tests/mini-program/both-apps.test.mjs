// The same page in both apps: the differences are in one file of each, and nothing of Alipay's is written by hand.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/both-apps.test.mjs

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { url } from '../program.mjs';
import { toWxml } from './alipay-app.mjs';
import { toAxml, written } from './alipay.mjs';
import { Guest, until } from './guest.mjs';
import { MINI_PROGRAM, app, journey, newPhone, phone, simulate } from './phone.mjs';
import { newLink, newStore, start, stop } from './stack.mjs';

const require = createRequire(import.meta.url);
const ts = require('typescript');

const APPS = { 'wechat.js': 'miniprogram-api-typings/index.d.ts', 'alipay.js': '@mini-types/alipay/types/index.d.ts' };
const file = (name) => join(MINI_PROGRAM, name);
const text = (name) => readFileSync(file(name), 'utf8');

before(start);
after(stop);

test("Alipay's markup and style sheets are written from WeChat's", () => {
  for (const [name, is] of Object.entries(written())) {
    assert.ok(readFileSync(name, 'utf8') === is, `${name} is not as written: node tests/mini-program/alipay.mjs`);
  }
  const wxml = '<!-- a > b --><text wx:if="{{a > 1}}" aria-role="alert" user-select="{{true}}">x</text><textarea\n  bindinput="y" />';
  const axml = '<!-- a > b --><text a:if="{{a > 1}}" role="alert" selectable="{{true}}">x</text>'
    + '<textarea\n  onInput="y"\n  show-count="{{false}}"\n  enableNative="{{false}}" />';
  assert.equal(toAxml(wxml), axml);
  for (const unknown of ['<view bindtap="x"></view>', '<view wx:if="{{x}}"></view>', '<text user-select>x</text>', '<radio />', '<view id=x>']) {
    assert.throws(() => toWxml(unknown), /Alipay knows no/, unknown);
  }
  // Its style sheets take no attributes, and these classes are Alipay's own.
  for (const [name, is] of Object.entries(written())) if (name.endsWith('.acss')) assert.doesNotMatch(is, /\[[a-z-]+[\]=]|\.am?-/);
});

test('only one file calls WeChat and one Alipay, with the same functions', () => {
  const calls = readdirSync(file('survey')).filter((name) => name.endsWith('.js') && /\b(wx|my)\.\w/.test(text(`survey/${name}`)));
  assert.deepEqual(calls.sort(), Object.keys(APPS).sort());
  const [wechat, alipay] = Object.keys(APPS).map((name) => require(file(`survey/${name}`)));
  assert.deepEqual(Object.keys(alipay), Object.keys(wechat));
});

for (const [name, types] of Object.entries(APPS)) {
  test(`${name} calls what its app has, by the types of its app`, () => {
    const options = {
      allowJs: true, checkJs: true, noEmit: true, skipLibCheck: true, types: [],
      target: ts.ScriptTarget.ES2020, lib: ['lib.es2020.d.ts'], module: ts.ModuleKind.CommonJS,
    };
    const found = ts.getPreEmitDiagnostics(ts.createProgram([file(`survey/${name}`), require.resolve(types)], options));
    assert.deepEqual(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), []);
  });
}

test('the project has each of its pages for both apps, and asks no account of whoever tries it', () => {
  for (const page of JSON.parse(text('app.json')).pages) {
    for (const ending of ['js', 'json', 'wxml', 'wxss', 'axml', 'acss']) assert.ok(existsSync(file(`${page}.${ending}`)), `${page}.${ending}`);
  }
  const { appid, setting } = JSON.parse(text('project.config.json'));
  assert.deepEqual([appid, setting.urlCheck], ['touristappid', false]);
  assert.deepEqual(JSON.parse(text('mini.project.json')).format, 2);
});

journey('a developer pastes or scans a link, and the survey opens from the server that it names', async () => {
  newPhone();
  const { link, url: address } = await newLink(await newStore());
  const page = simulate.render(app.open);
  page.attach(window.document.body);
  const tap = async (at) => {
    page.querySelectorAll('.button')[at].dispatchEvent('tap');
    await sleep(0);
  };
  app.config.server = 'https://s.example.cn';
  page.querySelector('.field').dispatchEvent('input', { detail: { value: 'https://s.example.cn/t/12' } });
  await tap(0);
  assert.deepEqual([page.querySelectorAll('.wrong').length, phone.opened], [1, '']);
  phone.scanned = `${new URL(address).pathname}`;
  await tap(1);
  assert.equal(phone.opened, '');
  phone.scanned = `${url}/s/${link}?lang=en`;
  await tap(1);
  assert.deepEqual([page.querySelectorAll('.wrong').length, app.config.server], [0, url]);
  assert.equal(phone.opened, `/survey/survey?scene=${link}`);
  page.querySelector('.field').dispatchEvent('input', { detail: { value: ` ${url}/s/${link} ` } });
  phone.opened = '';
  await tap(0);
  assert.equal(phone.opened, `/survey/survey?scene=${link}`);
  const guest = new Guest({ scene: link });
  await until('the survey', () => guest.data.stage === 'survey');
  guest.close();
  page.detach();
});

journey('a page that another page opens takes the link that it is handed, and not that of an earlier code', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  phone.entered = { query: { scene: 'A'.repeat(32) } };
  const page = simulate.render(app.survey);
  page.attach(window.document.body);
  page.instance.onLoad({ scene: link });
  await until('the survey', () => page.data.stage === 'survey');
  app.close(page);
});
