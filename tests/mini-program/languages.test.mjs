// A guest reads the survey in a language of theirs.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/languages.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { Guest, until } from './guest.mjs';
import { journey, network, newPhone, posted } from './phone.mjs';
import { assertRecorded, newLink, newStore, start, stop } from './stack.mjs';

before(start);
after(stop);

journey('the language is that of the app, and can be changed without losing an answer', async () => {
  const { link } = await newLink(await newStore());
  for (const [language, title, send] of [
    ['zh_CN', '这顿饭怎么样？', '提交'],
    ['zh_TW', '這頓飯怎麼樣？', '送出'],
    ['zh_HK', '這頓飯怎麼樣？', '送出'],
    ['en', 'How was your meal?', 'Send'],
    ['fr', '这顿饭怎么样？', '提交'],
  ]) {
    newPhone(language);
    const guest = await Guest.of(link);
    assert.deepEqual([...guest.texts('title'), ...guest.texts('send')], [title, send], language);
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
  await guest.end('sorry');
  assert.deepEqual(guest.texts('title'), ['謝謝您的坦率']);
  assert.equal(new Set(posted().map(({ body }) => body.submission)).size, 1);
  await assertRecorded(link, { nps: 1, csat: 1, what: ['wait'], why: 'Salty' });
  guest.close();
});

journey('without a network another language has to wait, and everything stays', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.pick('nps', 7);
  network(false);
  await guest.tap('.language', ({ language }) => language === 'en');
  await until('a word on it', () => guest.texts('status')[0]);
  assert.deepEqual(guest.texts('status'), ['操作未成功，请稍后再试。']);
  assert.deepEqual(guest.chosen('nps'), [7]);
  network(true);
  await guest.tap('.language', ({ language }) => language === 'en');
  await until('English', () => guest.texts('send')[0] === 'Send');
  guest.close();
});
