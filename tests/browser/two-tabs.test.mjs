// A guest has the survey open in two tabs.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/two-tabs.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { focus, sent, stop } from './stack.mjs';
import {
  NOTHING, ONE, PHONE, answer, assertStored, end, guest, open, pick, startForGuests, submissionOn, submit,
  takeBack,
} from './visit.mjs';
import { WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

guest('two tabs: the first answer stands, and the second is told and can take it back', PHONE, async ({
  context, page, store, path,
}) => {
  const other = await context.newPage();
  await open(page, path);
  await open(other, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await pick(other, 'nps', 1);
  await pick(other, 'csat', 1);
  await sent(page, () => submit(page));
  await end(page, 'thanks');
  const reply = await sent(other, () => submit(other));
  assert.equal(reply.status(), 409);
  assert.equal(await other.locator('h1').innerText(), WORDS.en.answered);
  assert.equal((await focus(other)).field, 'h1');
  await assertStored(store, ONE);
  await other.getByText(WORDS.en.offer).waitFor();
  assert.equal(await submissionOn(other), await submissionOn(page));
  // Also after a reload.
  await other.reload();
  await end(other, 'answered');
  await takeBack(other);
  await assertStored(store, NOTHING);
});

guest('a tab that is still open does not forget that another has sent', PHONE, async ({ context, page, store, path }) => {
  const other = await context.newPage();
  await open(other, path);
  await open(page, path);
  await answer(page);
  await end(page, 'thanks');
  await pick(other, 'nps', 1);
  await other.close();
  await page.reload();
  await end(page, 'thanks');
  await assertStored(store, ONE);
});
