// Cases that are there before somebody opens the inbox: guests answer, and answers that need somebody open cases.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';

import { askTable, issue, items, send } from '../program.mjs';

const MINUTE = 60_000;

/** A guest answers, and their case is opened: its id. `due` is in how many minutes they are to be answered. */
export async function openCase(store, severity, { answers, due = 120, context, ...more }) {
  const submission = randomUUID();
  const { link } = await issue(store, { context });
  assert.equal(await send(`/s/${link}`, answers, submission), 201);
  const response = (await items(store)).find((item) => item.submission?.S === submission);
  return putCase(store, response, { submission, severity, due, ...more });
}

/** The id that the program gives the case of a submission. */
function idOf(store, sk, submission) {
  const bytes = Buffer.from(submission.replaceAll('-', ''), 'hex');
  const hash = createHash('sha256').update('aftertaste/case/v1\0').update(bytes).digest('hex').slice(0, 20);
  return `${store}-${sk.slice(0, 10).replaceAll('-', '')}-${hash}`;
}

async function putCase(store, { sk, expires }, { submission, severity, due, contact, award }) {
  const id = idOf(store, sk.S, submission);
  const at = (minutes) => ({ S: new Date(Date.now() + minutes * MINUTE).toISOString() });
  const opened = { v: { N: '1' }, id: { S: randomUUID() }, at: at(0), by: { S: 'guest' }, what: { S: 'opened' } };
  const deadlines = severity === 'praise' ? {} : { due_first: at(due), due_close: at(due + 1_000) };
  const Item = {
    pk: { S: `C#store/${store}` }, sk, expires, id: { S: id }, v: { N: '1' }, state: { S: 'open' },
    severity: { S: severity }, trigger: { S: 'nps' }, opened_at: at(0), round_at: at(0), reopened: { N: '0' },
    log: { L: [{ M: opened }] }, telling: { M: { told: { N: '0' } } }, ...deadlines,
    ...(contact && { contact: { BOOL: true } }),
    ...(award && { award: { M: { amount: { N: '123456' }, currency: { S: 'CNY' }, to: { S: award }, by: { S: 'lin' }, at: at(0) } } }),
  };
  await askTable('PutItem', { Item });
  if (contact) {
    const how = { how: { S: contact }, agreed: { S: '门店可以用这个方式联系我' }, at: at(0) };
    await askTable('PutItem', { Item: { pk: { S: `K#store/${store}` }, sk, expires, ...how } });
  }
  return id;
}

/** Answers of a guest who needs somebody, with text among them that is hard to show. */
export const UNHAPPY = { nps: 2, csat: 1, why: '等了四十分钟，上来的汤是凉的，叫了三次服务员才有人理。' };
export const HARMED = { nps: 0, csat: 1, why: '沙拉里有一小块玻璃，孩子差点吃下去。' };
export const LONG = { nps: 5, csat: 2, why: `${'W'.repeat(180)} <b>&amp;` };
export const PRAISE = { nps: 10, csat: 5, why: '小林特别热情，还给孩子拿了小凳子。' };
