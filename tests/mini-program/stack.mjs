// The start of the mini-program's checks: the real program, with a brand and surveys. Also the calls that they make
// beside the phone.

import { assertRecorded as assertRecordedAt, call, issue, send, startProgram, stopProgram, url } from '../program.mjs';
import { alipay, wechat } from './apps.mjs';
import { posted, useServer } from './phone.mjs';
import { EVERYTHING, LOOKS, OPTIONAL, REPLIES, SHORT } from './surveys.mjs';

// The local stack reads its catalog again after a second.
export const CATALOG_AGE = 1_100;
// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 240;

let started;

/** Starts everything, once for all journeys of this process. */
export function start() {
  started ??= startEverything();
  return started;
}

async function startEverything() {
  await startProgram(LONGEST_SECONDS, { hasDemo: false });
  await call('PUT', '/brand', { name: '巷子小馆 Lane', colour: '#1b6b4f' });
  for (const survey of [EVERYTHING, SHORT, OPTIONAL, REPLIES, LOOKS]) await call('PUT', `/surveys/${survey.id}`, survey);
  useServer(url);
}

export async function stop() {
  // A page that a failed check has left behind would try again for ever, and this process would not end.
  for (const app of [wechat, alipay]) app.noMoreRequests();
  await stopProgram();
}

let stores = 0;

/** A store that nobody has answered. */
export async function newStore(survey = EVERYTHING) {
  stores += 1;
  await asks(stores, survey);
  return stores;
}

/** Puts a store, so that it asks this survey. */
export function asks(store, survey) {
  const place = { name: `南京路 ${store}`, path: 'cn/east/shanghai', time_zone: 'Asia/Shanghai' };
  return call('PUT', `/stores/${store}`, { ...place, survey: survey.id });
}

/** The link of a payment, made so long ago. */
export function newLink(store, ago = 0) {
  return issue(store, { paidAt: new Date(Date.now() - ago), channel: 'wechat-mini-program' });
}

/** Sends answers as any other program would: the status. */
export const sent = (link, answers, submission) => send(`/s/${link}`, answers, submission);

/** Fails unless exactly these answers were recorded, sent by this phone or with another submission that is named. */
export function assertRecorded(link, answers, submission = lastSubmission(link)) {
  return assertRecordedAt(`/s/${link}`, answers, submission);
}

/** The submission with which this phone sent something of a link last. */
export const lastSubmission = (link) => posted().filter(({ url }) => url.includes(link)).at(-1)?.body.submission;

/** The page that a browser gets of a link. */
export async function webPage(path, language, form) {
  const headers = { accept: 'text/html', 'accept-language': language };
  const method = form ? 'POST' : 'GET';
  return (await fetch(url + path, { method, headers, body: form && new URLSearchParams(form) })).text();
}
