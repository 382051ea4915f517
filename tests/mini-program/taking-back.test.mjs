// A guest takes back what they sent, and answers again.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/taking-back.test.mjs

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import { stored, url } from '../program.mjs';
import { Guest, quiet, until } from './guest.mjs';
import { drafts, journey, network, newPhone, phone, posted, takenBack } from './phone.mjs';
import { assertRecorded, lastSubmission, newLink, newStore, sent, start, stop } from './stack.mjs';

before(start);
after(stop);

const responses = async (store) => (await stored(store)).responses;

journey('an answer that was just given can be taken back, once there is a network, and given anew', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.answerAndSend(3, 2);
  await guest.pick('what', 'taste');
  await guest.send();
  await guest.end('sorry');
  const first = lastSubmission(link);
  network(false);
  await guest.tap('.quiet');
  await until('a word on it', () => guest.texts('status')[0]);
  network(true);
  await guest.tap('.quiet');
  await guest.end('taken-back');
  assert.deepEqual(guest.texts('status'), ['']);
  assert.deepEqual(takenBack(), [first, first]);
  assert.equal(await responses(store), 0);
  assert.deepEqual(guest.texts('quiet'), ['重新填写']);
  await guest.tap('.quiet');
  await until('the survey', () => guest.data.stage === 'survey');
  assert.deepEqual(guest.chosen('nps'), []);
  await guest.answerAndSend(9, 4);
  await guest.end('thanks');
  assert.notEqual(lastSubmission(link), first);
  await assertRecorded(link, { nps: 9, csat: 4 });
  guest.close();
});

journey('an answer that was taken back while the reply was lost is taken back by another tap', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.answerAndSend(8, 4);
  await guest.end('thanks');
  phone.losesReplies = true;
  await guest.tap('.quiet');
  await quiet();
  phone.losesReplies = false;
  assert.deepEqual(guest.texts('status'), ['操作未成功，请稍后再试。']);
  assert.equal(await responses(store), 0);
  await guest.tap('.quiet');
  await guest.end('taken-back');
  guest.close();
});

journey('an answer that waited when the page was closed can be taken back', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(9, 4);
  guest.close();
  await quiet();
  network(true);
  await until('the draft to go', () => drafts().length === 0);
  const back = new Guest({ scene: link });
  await back.end('answered');
  await back.tap('.quiet');
  await back.end('taken-back');
  assert.equal(await responses(store), 0);
  back.close();
});

journey('a page that was open beside the one that sent is told, and can take that answer back', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const [guest, beside] = [await Guest.of(link), await Guest.of(link)];
  await guest.answerAndSend(9, 5);
  await guest.end('thanks');
  const first = lastSubmission(link);
  await beside.answerAndSend(8, 1);
  await beside.end('answered');
  assert.equal(posted().at(-1).status, 409);
  await assertRecorded(link, { nps: 9, csat: 5 }, first);
  await beside.tap('.quiet');
  await beside.end('taken-back');
  assert.deepEqual(takenBack(), [first]);
  assert.equal(await responses(store), 0);
  guest.close();
  beside.close();
});

/** A guest has begun on one page, then sent on another and taken back there. Resolves to the page that was begun. */
async function takenBackBeside() {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 9);
  const beside = await Guest.of(link);
  await guest.pick('csat', 5);
  await guest.send();
  await guest.end('thanks');
  const first = lastSubmission(link);
  await guest.tap('.quiet');
  await guest.end('taken-back');
  guest.close();
  return { store, link, beside, first };
}

journey('an answer that was begun before the taking back is sent anew, and nothing of it is lost', async () => {
  const { store, link, beside, first } = await takenBackBeside();
  await beside.pick('csat', 4);
  await beside.type('why', '再想想');
  await beside.send();
  await until('a word on it', () => beside.texts('mistake')[0]);
  assert.deepEqual(beside.texts('mistake'), ['您已撤回这份回答。如需重新填写，请再次提交。']);
  assert.deepEqual([posted().at(-1).status, lastSubmission(link)], [409, first]);
  assert.equal(await responses(store), 0);
  assert.deepEqual([beside.chosen('nps'), beside.chosen('csat')], [[9], [4]]);
  assert.equal(beside.all('text')[0].value, '再想想');
  await beside.send();
  await beside.end('thanks');
  assert.notEqual(lastSubmission(link), first);
  await assertRecorded(link, { nps: 9, csat: 4, why: '再想想' });
  assert.equal(await responses(store), 1);
  beside.close();
});

journey('a partial answer that comes after the taking back brings nothing back', async () => {
  const { store, beside } = await takenBackBeside();
  beside.hide();
  await quiet();
  assert.deepEqual([posted().at(-1).body.partial, posted().at(-1).status], [true, 409]);
  assert.equal((await stored(store)).partial, 0);
  beside.close();
});

journey('another answer that is there by now stays, and the guest is told', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  await guest.answerAndSend(9, 5);
  await guest.end('thanks');
  const back = new Guest({ scene: link });
  await back.end('answered');
  await back.tap('.quiet');
  await back.end('taken-back');
  back.close();
  // Somebody answered again, took that back, and answered once more.
  const [first, other] = [randomUUID(), randomUUID()];
  assert.equal(await sent(link, { nps: 7, csat: 2 }, first), 201);
  const removed = await fetch(`${url}/s/${link}`, { method: 'DELETE', headers: { submission: first } });
  assert.equal(removed.status, 204);
  assert.equal(await sent(link, { nps: 7, csat: 1 }, other), 201);
  // The page that says thanks knows nothing of it.
  await guest.tap('.quiet');
  await guest.end('answered');
  assert.deepEqual(guest.texts('status'), ['只能在提交回答的手机上撤回。']);
  assert.deepEqual(guest.texts('quiet'), []);
  await assertRecorded(link, { nps: 7, csat: 1 }, other);
  guest.close();
});
