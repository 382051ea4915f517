// A guest whose answer is followed up comes back, from the app's own history, to the store's reply.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/coming-back-to-a-case.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { caseOf, replyToCase } from '../program.mjs';
import { Guest, until } from './guest.mjs';
import { journey, keep, kept, network, newPhone, takenBack } from './phone.mjs';
import { lastSubmission, newLink, newStore, start, stop } from './stack.mjs';
import { REPLIES } from './surveys.mjs';

before(start);
after(stop);

const AWARD = { amount: 50_000, currency: 'CNY', code: '0123456789' };
const case_ = (guest, title) => until(`the case "${title}"`, () => guest.data.stage === 'case' && guest.data.case.title === title);

/** A guest who has asked the store to reply. */
async function asked() {
  newPhone();
  const store = await newStore(REPLIES);
  const { link } = await newLink(store);
  const guest = await Guest.of(link);
  await guest.pick('nps', 2);
  await guest.tap('.reply');
  await guest.send();
  await guest.end('sorry');
  return { store, link, guest };
}

journey('the reply is read, is said to be no solution, and then to be one', async () => {
  const { store, link, guest } = await asked();
  assert.deepEqual(guest.texts('see'), ['查看我们的回复']);
  assert.ok(guest.texts('more').some((text) => text.startsWith('我们会在这里回复您')), guest.texts('more').join());
  await guest.tap('.see');
  await case_(guest, '我们已收到您的反馈，暂时没有新的回复。');
  assert.deepEqual([guest.texts('said'), guest.texts('solved'), guest.texts('unsolved')], [[], [], []]);
  guest.close();

  await replyToCase(store, '对不起。\n汤底换过了。', AWARD);
  const back = new Guest({ scene: link });
  await case_(back, '我们已回复您。');
  assert.deepEqual(back.texts('said-words'), ['对不起。\n汤底换过了。']);
  assert.deepEqual(back.texts('code'), ['0123456789']);
  assert.ok(back.texts('award')[0].includes('¥500'));
  assert.deepEqual(back.texts('store'), [`南京路 ${store}`]);
  await back.tap('.unsolved');
  await case_(back, '我们已收到您的反馈，暂时没有新的回复。');
  assert.equal((await caseOf(store)).state.S, 'open');
  await replyToCase(store, '请再来一次。');
  // The screen is older than the reply: going back and coming again shows it.
  await back.tap('.back');
  await back.end('answered');
  await back.tap('.see');
  await case_(back, '我们已回复您。');
  await back.tap('.solved');
  await case_(back, '我们已处理完毕。');
  assert.deepEqual(back.texts('line')[0], '您表示问题已解决，谢谢。');
  assert.equal((await caseOf(store)).said.S, 'solved');
  back.close();
});

journey('a contact is left by whoever agrees, and forgotten again', async () => {
  const { store, guest } = await asked();
  await guest.tap('.see');
  await case_(guest, '我们已收到您的反馈，暂时没有新的回复。');
  await guest.tap('.contact');
  await guest.tap('.leave');
  assert.deepEqual(guest.texts('status'), ['尚未保存：请填写 1 到 80 个字，并勾选同意。']);
  guest.page.querySelector('.reach').dispatchEvent('input', { detail: { value: '13812345678' } });
  await guest.tap('.agree');
  await guest.tap('.leave');
  await until('that it is left', () => guest.data.case.hasContact);
  assert.equal((await caseOf(store)).contact.BOOL, true);
  await guest.tap('.forget');
  await until('that it is gone', () => !guest.data.case.hasContact);
  guest.close();
});

journey('without a network the case waits, and an answer that is taken back has none', async () => {
  const { link, guest } = await asked();
  const submission = lastSubmission(link);
  guest.close();
  network(false);
  const back = new Guest({ scene: link });
  await back.end('offline');
  network(true);
  await case_(back, '我们已收到您的反馈，暂时没有新的回复。');
  await back.tap('.back');
  await back.end('answered');
  await back.tap('.quiet');
  await back.end('taken-back');
  assert.deepEqual(takenBack(), [submission]);
  back.close();
  const anew = new Guest({ scene: link });
  await until('the survey', () => anew.data.stage === 'survey');
  anew.close();
});

journey('a phone whose answer is gone, or that did not send it, sees no case', async () => {
  const { link, guest } = await asked();
  const notes = kept();
  await guest.tap('.quiet');
  await guest.end('taken-back');
  guest.close();
  // Another phone of the same guest still has the note of before.
  keep(notes);
  const back = new Guest({ scene: link });
  await back.end('answered');
  assert.deepEqual(back.texts('see'), []);
  back.close();
  newPhone();
  const other = await Guest.of(link);
  await other.pick('nps', 9);
  await other.send();
  await other.end('thanks');
  assert.deepEqual(other.texts('see'), []);
  other.close();
});
