// The real program, as the checks of the pages start it. It has ports and a folder of its own, so that they can run
// beside anything else. Also what all of them ask it for.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = process.env.AFTERTASTE_PROGRAM && resolve(process.env.AFTERTASTE_PROGRAM);

/** The scopes of the grant of everything. */
export const EVERYTHING = 'issue admin report: follow:';

let program;
let isEnding = false;
export let folder;
// Where the stack listens, the grant of everything, and the two links that it prints where it has a store. The second
// works once.
export let url;
let database;
export let grant;
export let surveyLink;
export let printedSignInLink;

/**
 * Starts the program, with its demo or with an empty table, and with these variables besides its own. A faster `clock`,
 * such as `60x`, goes with a table and keys in memory. Then nobody has a grant before an operator signs in and issues
 * one. After `longestSeconds` all is ended.
 */
export async function startProgram(longestSeconds, { hasDemo, environment = {}, clock }) {
  setTimeout(() => {
    console.error(`This was not done after ${longestSeconds} seconds.`);
    process.exit(1);
  }, longestSeconds * 1000).unref();
  assert.ok(PROGRAM, 'AFTERTASTE_PROGRAM names the built program, such as target/debug/aftertaste-local.');
  if (!clock) folder = mkdtempSync(join(tmpdir(), 'aftertaste-pages-'));
  const where = clock ? ['--memory', '--clock', clock] : ['--data', folder];
  const options = ['--port', '0', '--dynamodb-port', '0', ...where, ...(hasDemo ? [] : ['--no-demo'])];
  program = spawn(PROGRAM, options, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RUST_LOG: 'error', ...environment },
  });
  program.on('error', (error) => fail(`${PROGRAM} can't be started: ${error.message}`));
  const lines = createInterface({ input: program.stdout });
  // The reader goes on after `ready`: what is printed later must not fill the pipe.
  await new Promise((ready) => {
    lines.on('line', (line) => {
      surveyLink ??= line.match(/http\S+\/s\/\S+/)?.[0];
      printedSignInLink ??= line.match(/http\S+\/sign-in\?link=\S+/)?.[0];
      database ??= line.match(/DynamoDB\s+(http\S+)/)?.[1];
      url ??= line.match(/^ready (http\S+)/)?.[1];
      if (url) ready();
    });
    lines.on('close', () => fail(`${PROGRAM} has ended.`));
  });
  const hasLinks = Boolean(surveyLink && printedSignInLink);
  assert.equal(hasLinks, hasDemo, 'With its demo the program prints a survey link and a sign-in link before it is ready.');
  if (folder) grant = (await run('grant', EVERYTHING, '--data', folder)).trim();
}

/** Makes a grant of everything the one that `call` sends. */
export function useGrant(token) {
  grant = token;
}

export async function stopProgram() {
  isEnding = true;
  // A program that could not be started has no process.
  if (!program?.pid || program.exitCode !== null || program.signalCode !== null) return;
  const ended = once(program, 'exit');
  program.kill('SIGINT');
  const patience = setTimeout(() => program.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

/** Ends this process: without the program no check means anything. */
function fail(why) {
  if (isEnding) return;
  console.error(why);
  process.exit(1);
}

// The program and its folder go when this process ends, however it ends. (Playwright sees to the browser.)
process.on('exit', () => {
  isEnding = true;
  program?.kill('SIGKILL');
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** Runs a command of the program to its end: what it printed. */
export async function run(...words) {
  const { stdout } = await promisify(execFile)(PROGRAM, words, { timeout: 60_000 });
  return stdout;
}

/** A fresh sign-in link, of a person or else of the operator. It works once. */
export async function signInLink(...person) {
  // The keys of a stack in memory are nowhere else.
  if (!folder) return (await call('POST', `/people/${person[0]}/link`)).link;
  return (await run('login', ...person, '--data', folder)).trim();
}

/** Sends JSON with the grant of everything: the reply's JSON. */
export async function call(method, path, body) {
  const reply = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${grant}`, accept: 'application/json', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
  return text && JSON.parse(text);
}

let payments = 0;

/** A link of a payment that was made just now, or at another time, with what else is issued with it. */
export function issue(store, { paidAt = new Date(), ...more } = {}) {
  payments += 1;
  return call('POST', '/links', { store, payment: `payment ${payments}`, paid_at: paidAt.toISOString(), ...more });
}

/**
 * Sends answers as JSON, as a program does: the reply's status. The same that are there, with the submission that they
 * were sent with, are 200; all others 409.
 */
export async function send(path, answers, submission) {
  const reply = await fetch(url + path, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ submission, answers }),
  });
  return reply.status;
}

/** That exactly these answers are there, sent with this submission; those that no report is about included. */
export async function assertRecorded(path, answers, submission) {
  const status = await send(path, answers, submission);
  const what = `${JSON.stringify(answers)} of the submission ${submission}`;
  assert.equal(status, 200, `Other answers were recorded than ${what}, or none (${status}).`);
}

/** Asks the table, without the code under test: in DynamoDB's own JSON. */
export async function askTable(action, body) {
  const reply = await fetch(database, {
    method: 'POST',
    headers: {
      'x-amz-target': `DynamoDB_20120810.${action}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20261121T000000Z',
      'authorization': 'AWS4-HMAC-SHA256 Credential=local/20261121/local/dynamodb/aws4_request, '
        + 'SignedHeaders=host;x-amz-date, Signature=0',
    },
    body: JSON.stringify({ TableName: 'aftertaste', ...body }),
  });
  assert.equal(reply.status, 200, action);
  return reply.json();
}

/** The items of a partition, the newest first, read without the code under test. */
async function itemsOf(pk) {
  const ExpressionAttributeValues = { ':pk': { S: pk } };
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues, ScanIndexForward: false };
  return (await askTable('Query', query)).Items;
}

/** The items of a store's responses. */
export const items = (store) => itemsOf(`R#${store}`);

/** The latest case of a store, as it is stored. */
export const caseOf = async (store) => (await itemsOf(`C#store/${store}`))[0];

/** Replies to the latest case of a store, and may give an award, as the store's people do. */
export async function replyToCase(store, reply, award) {
  const { pk, sk, v } = await caseOf(store);
  const [at, next] = [{ S: new Date().toISOString() }, { N: String(Number(v.N) + 1) }];
  const entry = { v: next, id: { S: randomUUID() }, at, by: { S: 'lin' }, what: { S: 'answered' } };
  const money = award && { amount: { N: String(award.amount) }, currency: { S: award.currency }, code: { S: award.code } };
  await askTable('UpdateItem', {
    Key: { pk, sk },
    UpdateExpression: 'SET #state = :state, #reply = :reply, #at = :at, #v = :v, #log = list_append(#log, :entry)'
      + (award ? ', #award = :award' : ''),
    ExpressionAttributeNames: {
      '#state': 'state', '#reply': 'reply', '#at': 'replied_at', '#v': 'v', '#log': 'log', ...(award && { '#award': 'award' }),
    },
    ExpressionAttributeValues: {
      ':state': { S: 'answered' }, ':reply': { S: reply }, ':at': at, ':v': next, ':entry': { L: [{ M: entry }] },
      ...(award && { ':award': { M: { ...money, to: { S: 'guest' }, by: { S: 'lin' }, at } } }),
    },
  });
}

/**
 * A store's answers, the newest first: a report would show them five at a time. How many whole answers there are,
 * and how many parts; how often each score was given; what was written, with its score.
 */
export async function stored(store) {
  const { survey } = await call('GET', `/stores/${store}`);
  const { questions } = await call('GET', `/surveys/${survey}`);
  const id = (measure) => (questions.find(({ measures }) => measures === measure) || {}).id;
  const all = (await items(store)).map(({ answers, partial }) => ({ answers: answers.M, isPart: Boolean(partial?.BOOL) }));
  const whole = all.filter(({ isPart }) => !isPart).map(({ answers }) => answers);
  const scores = (question) => {
    const counts = {};
    for (const { [question]: answer } of whole) if (answer) counts[answer.N] = (counts[answer.N] || 0) + 1;
    return counts;
  };
  const nps = id('recommend');
  const comments = whole.flatMap((answers) => Object.values(answers).filter(({ S }) => S)
    .map(({ S }) => ({ nps: answers[nps] && Number(answers[nps].N), text: S })));
  const parts = all.filter(({ answers, isPart }) => isPart && Object.keys(answers).length > 0).length;
  return { responses: whole.length, partial: parts, nps: scores(nps), csat: scores(id('satisfaction')), comments };
}

/** A definition that ships. */
export function shippedSurvey(id) {
  return JSON.parse(readFileSync(join(ROOT, `surveys/${id}.json`), 'utf8'));
}
