// A phone, as far as the mini-program meets one: it keeps a storage, speaks a language, scrolls, and loses its network
// when it is told to. WeChat's component framework runs the page on it.

import { createRequire } from 'node:module';
import { join } from 'node:path';

import { ROOT } from '../program.mjs';

const require = createRequire(import.meta.url);
export const MINI_PROGRAM = join(ROOT, 'miniprogram');

// npm has WeChat's compiler for these machines alone. On others its framework compiles the markup.
export const HAS_COMPILER = process.platform !== 'linux' || process.arch === 'x64';

export let phone;

export function newPhone(language = 'zh_CN') {
  phone = {
    language, isOnline: true, losesReplies: false, storage: new Map(), listeners: new Set(), requests: [], scrolls: [],
    title: '',
  };
}

/** The network comes and goes; the phone tells it unless told not to. */
export function network(isOnline, { tell = true } = {}) {
  phone.isOnline = isOnline;
  if (tell) for (const listener of phone.listeners) listener({ isConnected: isOnline, networkType: isOnline ? 'wifi' : 'none' });
}

// As WeChat has it: what is stored is a copy, and every reply is a success, whatever its status.
export const wechat = {
  getAppBaseInfo: () => ({ language: phone.language }),
  getStorageSync: (key) => (phone.storage.has(key) ? JSON.parse(phone.storage.get(key)) : ''),
  setStorageSync: (key, value) => void phone.storage.set(key, JSON.stringify(value)),
  removeStorageSync: (key) => void phone.storage.delete(key),
  setNavigationBarTitle: ({ title }) => void (phone.title = title),
  pageScrollTo: (where) => void phone.scrolls.push(where.selector ?? where.scrollTop),
  onNetworkStatusChange: (listener) => void phone.listeners.add(listener),
  offNetworkStatusChange: (listener) => void phone.listeners.delete(listener),
  request(options) {
    const aborted = new AbortController();
    const { method, url, header, data: body } = options;
    const noted = { method, url, header, body, isOnline: phone.isOnline };
    phone.requests.push(noted);
    overTheNetwork(options, phone, aborted.signal).then(
      (reply) => {
        noted.status = reply.statusCode;
        options.success(reply);
      },
      (error) => {
        noted.status = 0;
        options.fail({ errMsg: `request:fail ${error.message}` });
      },
    );
    return { abort: () => aborted.abort() };
  },
};

async function overTheNetwork({ url, method, data, header, timeout }, phone, aborted) {
  if (!phone.isOnline) throw new Error('net::ERR_INTERNET_DISCONNECTED');
  const signal = AbortSignal.any([aborted, AbortSignal.timeout(timeout)]);
  const reply = await fetch(url, { method, headers: header, body: data && JSON.stringify(data), signal });
  const text = await reply.text();
  if (phone.losesReplies) throw new Error('net::ERR_CONNECTION_RESET');
  let read = text;
  try {
    read = JSON.parse(text);
  } catch {
    // WeChat hands over as a text what is no JSON.
  }
  return { statusCode: reply.status, data: read, header: Object.fromEntries(reply.headers) };
}

// The framework draws on a document.
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<!doctype html><html><head></head><body></body></html>');
Object.assign(globalThis, { window, document: window.document, CustomEvent: window.CustomEvent, wx: wechat });
export const simulate = require('miniprogram-simulate');
export const server = require(join(MINI_PROGRAM, 'survey/config.js'));
export const page = simulate.load(join(MINI_PROGRAM, 'survey/survey'), 'survey', {
  rootPath: MINI_PROGRAM,
  compiler: HAS_COMPILER ? 'official' : 'simulate',
});

const requested = (how) => phone.requests.filter(({ method }) => method === how);
export const posted = () => requested('POST');

/** The submissions that this phone wanted taken back. */
export const takenBack = () => requested('DELETE').map(({ header }) => header.Submission);

const kept = () => wechat.getStorageSync('aftertaste-drafts') || {};

/** The links of which answers are kept. */
export const drafts = () => Object.keys(kept()).filter((link) => kept()[link].answers);
