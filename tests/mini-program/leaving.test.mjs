// A guest leaves before the end: what they answered is sent as they go.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/leaving.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { stored } from '../program.mjs';
import { Guest, quiet, until } from './guest.mjs';
import { drafts, journey, network, newPhone, phone, posted } from './phone.mjs';
import { assertRecorded, newLink, newStore, start, stop } from './stack.mjs';

before(start);
after(stop);

journey('a guest who leaves has sent what is answered, once for the same answers, and never after the whole', async () => {
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

journey('what could not be sent on leaving is sent on leaving the next time', async () => {
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

journey('a guest who leaves while the whole waits for the network has sent the whole', async () => {
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

journey('the store sees a partial answer, and the whole one in its place', async () => {
  newPhone();
  const store = await newStore();
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 9);
  guest.hide();
  await quiet();
  const report = () => stored(store);
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
