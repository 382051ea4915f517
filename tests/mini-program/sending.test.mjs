// A guest sends their answers, and what is missing or wrong is said where it is.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/sending.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Guest, until } from './guest.mjs';
import { journey, newPhone, phone, posted } from './phone.mjs';
import { CATALOG_AGE, asks, assertRecorded, newLink, newStore, start, stop } from './stack.mjs';
import { OPTIONAL, SHORT } from './surveys.mjs';

before(start);
after(stop);

journey('impatient taps send once', async () => {
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

journey('required questions without an answer are marked, the first one is scrolled to, and nothing is sent', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.pick('nps', 6);
  await guest.send();
  assert.deepEqual(['nps', 'csat', 'what', 'where', 'why'].map((id) => guest.mistakes(id)), ['', '请回答这一题。', '请回答这一题。', '', '']);
  assert.equal(guest.texts('mistake')[0], '尚未提交，请检查您的回答。');
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

journey('a guest who answers nothing is asked for one answer at least', async () => {
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

journey('what the server finds wrong stands beside its question', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  // A phone that counts otherwise than the server does.
  guest.page.instance.answers.why = 'x'.repeat(41);
  await guest.answerAndSend(9, 5);
  await until('the mistake', () => guest.mistakes('why'));
  assert.equal(guest.mistakes('why'), '请缩短到 40 个字以内。');
  assert.equal(guest.mistakes('nps'), '');
  assert.equal(phone.scrolls.at(-1), '#question-why');
  assert.deepEqual(guest.texts('send'), ['提交']);
  await guest.type('why', 'x'.repeat(40));
  assert.equal(guest.mistakes('why'), '');
  guest.page.instance.answers.where = ['nowhere'];
  await guest.send();
  await until('the mistake', () => guest.mistakes('where'));
  assert.equal(guest.mistakes('where'), '无法读取这个回答，请重新选择。');
  await guest.pick('where', 'in');
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 9, csat: 5, where: 'in', why: 'x'.repeat(40) });
  guest.close();
});

journey('a survey that the store has changed meanwhile is shown, with the answers that fit it', async () => {
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
  assert.deepEqual(guest.texts('mistake'), ['问卷刚刚更新，请再看一下。']);
  assert.deepEqual(guest.questions, ['nps', 'new']);
  assert.deepEqual(guest.chosen('nps'), [9]);
  await guest.pick('new', 'in');
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 9, new: 'in' });
  guest.close();
});
