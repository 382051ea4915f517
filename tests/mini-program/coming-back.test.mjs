// A guest comes back: to what they had begun, and to what they or others sent.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/coming-back.test.mjs

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import { Guest, until } from './guest.mjs';
import { drafts, journey, keep, newPhone, posted, takenBack } from './phone.mjs';
import { assertRecorded, lastSubmission, newLink, newStore, sent, start, stop } from './stack.mjs';
import { REPLIES } from './surveys.mjs';

before(start);
after(stop);

journey('what was answered is there when the guest comes back, and gone when it is recorded', async () => {
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
  await back.end('sorry');
  assert.deepEqual(drafts(), []);
  back.close();
  assert.deepEqual(drafts(), []);
  await assertRecorded(link, { nps: 2, csat: 2, what: ['price'], why: '太贵 💸' });
});

journey('whoever asks for a reply asks for it after coming back too, and only where the store offers it', async () => {
  newPhone('en_GB');
  const { link } = await newLink(await newStore(REPLIES));
  const asked = (guest) => guest.all('reply').map(({ text, ariaChecked }) => [text.replace('✓', '').trim(), ariaChecked]);
  const offer = 'Please reply to me here';
  const guest = await Guest.of(link);
  assert.deepEqual(asked(guest), [[offer, false]]);
  await guest.tap('.reply');
  assert.deepEqual(asked(guest), [[offer, true]]);
  guest.close();
  const back = await Guest.of(link);
  assert.deepEqual(asked(back), [[offer, true]]);
  await back.pick('nps', 9);
  await back.send();
  await back.end('thanks');
  assert.equal(posted().at(-1).body.asks_reply, true);
  // Taken back, it is asked for no more.
  await back.tap('.quiet');
  await back.end('taken-back');
  await back.tap('.quiet');
  await until('the survey', () => back.data.stage === 'survey');
  assert.deepEqual(asked(back), [[offer, false]]);
  back.close();

  const other = await Guest.of((await newLink(await newStore())).link);
  assert.deepEqual(asked(other), []);
  await other.answerAndSend(9, 5);
  assert.equal(posted().at(-1).body.asks_reply, undefined);
  await other.end('thanks');
  other.close();
});

journey('a draft that no longer fits its questions is taken as far as it does', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const answers = { nps: 11, csat: 3, what: ['gone', 'taste'], why: 'x'.repeat(50), gone: 1 };
  const draft = { survey: 'everything', until: '2530-01-01T00:00:00Z', answers, language: 'en', looked: 5000, submission: '', partial: '' };
  keep({ [link]: draft, expired: { ...draft, until: '2026-01-01T00:00:00Z' } });
  const guest = await Guest.of(link);
  assert.deepEqual(guest.chosen('nps'), []);
  assert.deepEqual(guest.chosen('csat'), [3]);
  assert.equal(guest.all('text')[0].value, 'x'.repeat(40));
  await guest.pick('nps', 5);
  assert.deepEqual(guest.chosen('what'), ['taste']);
  assert.deepEqual(drafts(), [link], 'the draft of an expired link stays');
  await guest.send();
  await guest.end('sorry');
  await assertRecorded(link, { nps: 5, csat: 3, what: ['taste'], why: 'x'.repeat(40) });
  assert.ok(posted().at(-1).body.seconds >= 5);
  guest.close();
});

journey('a visit that was answered on another phone is answered, and there is nothing to take back', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const other = randomUUID();
  assert.equal(await sent(link, { nps: 7, csat: 1 }, other), 201);
  const guest = await Guest.of(link);
  await guest.answerAndSend(10, 5);
  await guest.end('answered');
  const told = ['这次体验已经填写过问卷，以第一次的回答为准。'];
  assert.deepEqual([guest.texts('more'), guest.texts('quiet')], [told, []]);
  guest.close();
  // Answers that were refused are of no use any more.
  assert.deepEqual(drafts(), []);
  const back = new Guest({ scene: link });
  await back.end('answered');
  assert.deepEqual([back.texts('more'), back.texts('quiet')], [told, []]);
  back.close();
  assert.deepEqual(takenBack(), []);
  await assertRecorded(link, { nps: 7, csat: 1 }, other);
});

journey('a guest who has answered and opens the link again is told so, and can still take the answer back', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.answerAndSend(8, 4);
  await guest.end('thanks');
  guest.close();
  const back = new Guest({ scene: link });
  await back.end('answered');
  assert.deepEqual(back.texts('brand'), ['巷子小馆 Lane']);
  assert.deepEqual(back.texts('more'), ['这次体验已经填写过问卷，以第一次的回答为准。', '您可以撤回后重新填写。']);
  assert.deepEqual(back.texts('quiet'), ['撤回我的回答']);
  await Promise.all([back.tap('.quiet'), back.tap('.quiet')]);
  await back.end('taken-back');
  assert.deepEqual(takenBack(), [lastSubmission(link)]);
  back.close();
  const anew = await Guest.of(link);
  assert.deepEqual(anew.chosen('nps'), []);
  anew.close();
  assert.equal(posted().length, 1);
});
