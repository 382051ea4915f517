// A phone, as far as a mini-program meets one: it keeps a storage, speaks a language and scrolls. It loses its network
// on request. WeChat and Alipay are on it, each with the page as its guests have it.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../program.mjs';

const require = createRequire(import.meta.url);
export const MINI_PROGRAM = join(ROOT, 'miniprogram');

// npm has WeChat's compiler for these machines alone. On others its framework compiles the markup.
export const HAS_COMPILER = process.platform !== 'linux' || process.arch === 'x64';

export let phone;

/** A phone as new, whose apps speak a language: as WeChat writes it. */
export function newPhone(language = 'zh_CN') {
  phone = {
    language, isOnline: true, losesReplies: false, storage: new Map(), listeners: new Set(), requests: [], scrolls: [],
    title: '', entered: {}, scanned: '', opened: '',
  };
}

/** The network comes and goes; the phone reports it, unless asked not to. */
export function network(isOnline, { tell = true } = {}) {
  phone.isOnline = isOnline;
  if (tell) for (const listener of phone.listeners) listener({ isConnected: isOnline, networkType: isOnline ? 'wifi' : 'none' });
}

/** Calls a server for an app, and notes that: `{ status, text, headers }`, or nothing where no reply came. */
export async function overTheNetwork({ method, url, header, body, timeout }, aborted) {
  const noted = { method, url, header, body: body && JSON.parse(body), isOnline: phone.isOnline };
  phone.requests.push(noted);
  const here = phone;
  try {
    if (!here.isOnline) throw new Error('no network');
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(timeout)]);
    const reply = await fetch(url, { method, headers: header, body, signal });
    const text = await reply.text();
    if (here.losesReplies) throw new Error('reset');
    noted.status = reply.status;
    return { status: reply.status, text, headers: Object.fromEntries(reply.headers) };
  } catch {
    noted.status = 0;
    return undefined;
  }
}

/** The storage: each value in it is a copy. */
export const stored = {
  get: (key) => phone.storage.has(key) && JSON.parse(phone.storage.get(key)),
  set: (key, value) => void phone.storage.set(key, JSON.stringify(value)),
  remove: (key) => void phone.storage.delete(key),
};

// The framework draws on a document.
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<!doctype html><html><head></head><body></body></html>');
Object.assign(globalThis, { window, document: window.document, CustomEvent: window.CustomEvent });
globalThis.wx = {};
export const simulate = require('miniprogram-simulate');

/** Loads the pages of an app from its folder: `survey`, `open`, and the `compiled` markup that they are drawn from. */
export function load(folder) {
  // WeChat's compiler numbers what it compiles, and keeps it under this one name. It adds to functions once.
  const compiled = (globalThis.__WXML_GLOBAL__ = { wxs_nf_init: globalThis.__WXML_GLOBAL__?.wxs_nf_init });
  const compiler = HAS_COMPILER ? 'official' : 'simulate';
  const page = (name) => simulate.load(join(folder, name, name), name, { rootPath: folder, compiler });
  return { survey: page('survey'), open: page('open'), compiled, config: require(join(folder, 'survey/config.js')) };
}

/** The app in which guests are just now: its `name`, its pages, its `config` and how it opens and closes a page. */
export let app;
const apps = [];

/** Has an app's page be run by every journey from now on. */
export function install(...installed) {
  apps.push(...installed);
}

/** A test of what guests meet, in each app. */
export function journey(name, body) {
  for (const one of apps) {
    test(`${one.name}: ${name}`, () => {
      app = one;
      globalThis.__WXML_GLOBAL__ = app.compiled;
      return body();
    });
  }
}

/** Where the pages of all apps find the server. */
export function useServer(url) {
  for (const { config } of apps) config.server = url;
}

const requested = (how) => phone.requests.filter(({ method }) => method === how);
export const posted = () => requested('POST');

/** The submissions that this phone wanted taken back. */
export const takenBack = () => requested('DELETE').map(({ header }) => header.Submission);

const DRAFTS = 'aftertaste-drafts';

/** The drafts that the page keeps on the phone, by link; and others to keep there instead. */
export const kept = () => stored.get(DRAFTS) || {};
export const keep = (drafts) => stored.set(DRAFTS, drafts);

/** The links of which answers are kept. */
export const drafts = () => Object.keys(kept()).filter((link) => kept()[link].answers);
