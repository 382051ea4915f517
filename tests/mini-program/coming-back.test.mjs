// A guest comes back: to what they had begun, to what they sent, and to take it back.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/coming-back.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call } from '../program.mjs';
import { Guest, until } from './guest.mjs';
import { drafts, network, newPhone, phone, posted, wechat } from './phone.mjs';
import { assertRecorded, newLink, newStore, sent, start, stop } from './stack.mjs';

before(start);
after(stop);

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
  // Their own answers are still there.
  assert.deepEqual([guest.chosen('nps'), guest.chosen('csat')], [[10], [5]]);
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { nps: 10, csat: 5 });
  assert.equal((await call('GET', `/reports/store/${store}.json`)).responses, 1);
  guest.close();
});

test('a guest who has answered and opens the link again is told so, and can still take the answer back', async () => {
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
