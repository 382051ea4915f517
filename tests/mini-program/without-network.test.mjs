// A guest sends without a network, or to a server that is busy: the answers wait, and count once.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/without-network.test.mjs

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before } from 'node:test';

import { stored, url } from '../program.mjs';
import { Guest, quiet, until } from './guest.mjs';
import { drafts, journey, network, newPhone, phone, posted, useServer } from './phone.mjs';
import { assertRecorded, newLink, newStore, start, stop } from './stack.mjs';

before(start);
after(stop);

journey('without a network the answers wait, and are sent as soon as there is one', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(10, 5);
  await until('a word on it', () => guest.texts('status')[0]);
  assert.deepEqual(guest.texts('status'), ['网络不通。请不要关闭本页，网络恢复后会自动提交。']);
  // An answer on its way does not change.
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
  assert.equal((await stored(store)).responses, 1);
  guest.close();
});

journey('a phone that does not tell when its network is back sends by itself', async () => {
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

journey('answers that waited when the mini-program was ended are sent when it is opened again', async () => {
  newPhone();
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  network(false);
  await guest.answerAndSend(9, 3);
  await quiet();
  assert.deepEqual(drafts(), [link]);
  // A timer ends with the mini-program. Its storage stays.
  clearTimeout(guest.page.instance.timer);
  const { storage } = phone;
  const [{ body: written }] = posted();
  newPhone();
  phone.storage = storage;
  const back = new Guest({ scene: link });
  await back.end('thanks');
  assert.deepEqual(posted().map(({ body }) => body), [written]);
  await assertRecorded(link, { nps: 9, csat: 3 });
  assert.deepEqual(drafts(), []);
  back.close();
});

journey('answers that arrived while their reply was lost are thanked for, once', async () => {
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
  assert.equal((await stored(store)).responses, 1);
  guest.close();
});

journey('a server that is busy is asked again', async () => {
  newPhone('en');
  const { link } = await newLink(await newStore());
  const guest = await Guest.of(link);
  const busy = createServer((_, reply) => reply.writeHead(503).end('{"message":"Service Unavailable"}')).listen(0, '127.0.0.1');
  await once(busy, 'listening');
  useServer(`http://127.0.0.1:${busy.address().port}`);
  try {
    await guest.answerAndSend(7, 3);
    await quiet();
    assert.match(guest.texts('status')[0], /^Many people are answering just now\./);
  } finally {
    useServer(url);
    busy.close();
    busy.closeAllConnections();
  }
  await guest.end('thanks');
  assert.deepEqual(posted().map(({ status }) => status), [503, 201]);
  guest.close();
});
