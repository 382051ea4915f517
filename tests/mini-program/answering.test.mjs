// A guest answers: questions come and go with their conditions, and the page moves on with them.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/answering.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { stored } from '../program.mjs';
import { Guest } from './guest.mjs';
import { journey, newPhone, phone, posted } from './phone.mjs';
import { assertRecorded, newLink, newStore, start, stop } from './stack.mjs';
import { LOOKS, REPLIES, SHORT } from './surveys.mjs';

before(start);
after(stop);

journey('questions of every kind are asked when their conditions hold, and recorded as they were answered', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  assert.deepEqual(guest.questions, ['nps', 'csat', 'where', 'why']);
  assert.deepEqual(guest.all('pick').filter((pick) => pick.dataQuestion === 'nps').map(({ text }) => text),
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  assert.deepEqual(guest.texts('scale-low'), ['0 不会']);
  assert.deepEqual(guest.texts('scale-high'), ['10 一定会']);

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
  await guest.end('sorry');

  const answers = { nps: 0, csat: 2, what: ['wait', 'taste'], minutes: 0, where: 'out', why: comment };
  await assertRecorded(link, answers);
  const report = await stored(store);
  assert.equal(report.responses, 1);
  assert.deepEqual(report.comments, [{ nps: 0, text: comment }]);
  assert.equal(report.nps['0'], 1);
  const { body } = posted()[0];
  assert.match(body.submission, /^[0-9a-f-]{36}$/);
  assert.deepEqual([body.survey, body.version], ['everything', 1]);
  assert.ok(Number.isInteger(body.seconds) && body.seconds >= 0 && body.seconds < 60, `seconds is ${body.seconds}`);
  guest.close();
});

journey('answers to questions that are no longer asked are not sent, and come back when they are asked again', async () => {
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

journey('a tap on a score goes on to the next question, and not to what may be passed over', async () => {
  newPhone();
  const short = await Guest.of((await newLink(await newStore(SHORT))).link);
  await short.pick('nps', 2);
  assert.deepEqual(phone.scrolls, []);
  await short.pick('new', 'in');
  assert.deepEqual(phone.scrolls, []);
  short.close();

  const guest = await Guest.of((await newLink(await newStore())).link);
  assert.equal(guest.all('progress')[0].ariaLabel, '已答 0 题，共 4 题');
  await guest.pick('csat', 3);
  assert.deepEqual(phone.scrolls, []);
  await guest.pick('nps', 6);
  // One more is asked now.
  assert.equal(guest.all('progress')[0].ariaLabel, '已答 2 题，共 5 题');
  assert.equal(guest.all('progress-done')[0].style, 'width: 40%');
  assert.equal(phone.scrolls.at(-1), '#question-csat');
  await guest.pick('csat', 4);
  assert.equal(phone.scrolls.at(-1), '#question-what');
  guest.close();
});

journey('all that has to be answered comes first, and the rest stands together', async () => {
  newPhone();
  const guest = await Guest.of((await newLink(await newStore())).link);
  const [rest] = guest.all('rest');
  assert.deepEqual([rest.ariaRole, rest.ariaLabel], ['group', '再多说几句']);
  assert.deepEqual(guest.texts('heading'), ['再多说几句 选填']);
  const asked = (group) => guest.page.querySelectorAll(`${group} .asks`).map(({ dom }) => dom.textContent);
  await guest.pick('nps', 1);
  await guest.pick('what', 'wait');
  assert.deepEqual(asked('.rest'), ['等了多久？', '在哪里吃的？', '还想说什么？']);
  assert.deepEqual(guest.questions, ['nps', 'csat', 'what', 'minutes', 'where', 'why']);
  guest.close();
  // Nothing but what has to be answered is in no group of its own, unless the store may be asked to reply.
  const short = await Guest.of((await newLink(await newStore(REPLIES))).link);
  assert.deepEqual([short.texts('rest').length, short.texts('reply').length], [1, 1]);
  short.close();
  const one = await Guest.of((await newLink(await newStore(LOOKS))).link);
  assert.deepEqual(one.texts('rest'), []);
  one.close();
});

journey('stars and faces stand for numbers', async () => {
  newPhone('en');
  const { link } = await newLink(await newStore(LOOKS));
  const guest = await Guest.of(link);
  const drawn = (question) => guest.all('pick').filter((pick) => pick.dataQuestion === question);
  assert.deepEqual(drawn('stars').map(({ text }) => text), ['☆', '☆', '☆', '☆', '☆']);
  await guest.pick('stars', 3);
  assert.deepEqual(drawn('stars').map(({ text, class: name }) => [text, name.includes('filled')]),
    [['★', true], ['★', true], ['★', true], ['☆', false], ['☆', false]]);
  assert.deepEqual(drawn('faces').map(({ text, ariaLabel }) => [text, ariaLabel]),
    [['', '1, Bad'], ['', '2'], ['', '3'], ['', '4'], ['', '5, Good']]);
  assert.equal(new Set(guest.all('face').map(({ style }) => style)).size, 5);
  await guest.pick('faces', 5);
  assert.deepEqual(guest.chosen('faces'), [5]);
  await guest.send();
  await guest.end('thanks');
  await assertRecorded(link, { stars: 3, faces: 5 });
  guest.close();
});

journey('a text is counted and cut as a person counts', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  assert.equal(Number(guest.all('text')[0].maxlength), -1);
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

journey('a screen reader is told what can be chosen, and what is', async () => {
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
