// A guest opens the survey: by a mini-program code, by an ordinary link, by a broken one, and without a network.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/opening.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Guest, quiet, until } from './guest.mjs';
import { drafts, journey, network, newPhone, phone } from './phone.mjs';
import { CATALOG_AGE, asks, newLink, newStore, start, stop } from './stack.mjs';
import { SHORT } from './surveys.mjs';

const DAY = 24 * 3_600_000;

before(start);
after(stop);

journey('a mini-program code opens the survey of its payment', async () => {
  newPhone();
  const store = await newStore();
  const { scene } = await newLink(store);
  const guest = await Guest.of(scene);
  assert.deepEqual(guest.texts('brand'), ['巷子小馆 Lane']);
  assert.deepEqual(guest.texts('logo'), ['巷']);
  assert.deepEqual(guest.texts('store'), [`南京路 ${store}`]);
  assert.deepEqual(guest.texts('title'), ['这顿饭怎么样？']);
  assert.equal(guest.all('survey')[0].style, '--light-brand: #1b6b4f; --on-light-brand: #ffffff; --dark-brand: #2b765c; --on-dark-brand: #ffffff');
  assert.match(guest.texts('privacy')[0], /730 天/);
  assert.equal(phone.title, '巷子小馆 Lane');
  guest.close();
});

journey('an ordinary link that opens the mini-program is read, with its language', async () => {
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

journey('what is not a link ends without a request, and a forged one as not a survey link', async () => {
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

journey('an expired link says so, and so does one that expires while it is answered', async () => {
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

journey('without a network the page says so, and opens by the button or as soon as there is one', async () => {
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
