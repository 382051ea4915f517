// Alipay, as far as the page meets it and its documents describe it: https://opendocs.alipay.com/mini. There is no
// framework of Alipay's for Node. So its markup is read back into WeChat's, whose framework draws it. The differences
// of Alipay are here: its names, the replies that it takes for failures, the fields of its events and its data.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { PAGES, changed } from './alipay.mjs';
import { MINI_PROGRAM, load, overTheNetwork, phone, stored } from './phone.mjs';
// Its pages are loaded before: where there is a `my`, a page takes itself to be in Alipay.
import './wechat-app.mjs';

// The attributes of each element by its documents, and by WeChat's.
const OF_ALL = {
  'a:if': 'wx:if', 'a:elif': 'wx:elif', 'a:else': 'wx:else',
  'a:for': 'wx:for', 'a:for-item': 'wx:for-item', 'a:for-index': 'wx:for-index', 'a:key': 'wx:key',
};
const OF_DRAWN = {
  ...OF_ALL, 'id': 'id', 'class': 'class', 'style': 'style', 'role': 'aria-role', 'hover-class': 'hover-class', 'onTap': 'bindtap',
  ...Object.fromEntries(
    ['label', 'hidden', 'level', 'checked', 'disabled', 'expanded', 'pressed', 'valuemin', 'valuemax', 'valuenow']
      .map((name) => [`aria-${name}`, `aria-${name}`]),
  ),
};
const OF_FIELDS = {
  ...OF_ALL, 'class': 'class', 'value': 'value', 'maxlength': 'maxlength', 'disabled': 'disabled', 'placeholder': 'placeholder',
  'onInput': 'bindinput', 'enableNative': 'enable-native',
  // Its documents say that fields take none. It does no harm, and other apps read it aloud.
  'aria-label': 'aria-label',
};
const DOCUMENTED = {
  view: OF_DRAWN,
  text: { ...OF_DRAWN, selectable: 'user-select' },
  block: OF_ALL,
  input: OF_FIELDS,
  textarea: { ...OF_FIELDS, 'auto-height': 'auto-height', 'show-count': 'show-count' },
};

/** WeChat's markup, from Alipay's. Anything that its documents do not name fails. */
export function toWxml(axml) {
  let elements = 0;
  const wxml = changed(axml, (element, attributes) => {
    elements += 1;
    assert.ok(DOCUMENTED[element], `Alipay knows no <${element}> here.`);
    return attributes.map((one) => {
      const name = one.name.startsWith('data-') ? one.name : DOCUMENTED[element][one.name];
      assert.ok(name, `Alipay knows no ${one.name} of <${element}>.`);
      return { ...one, name };
    });
  });
  assert.equal(elements, axml.replace(/<!--[\s\S]*?-->/g, '').match(/<[a-z]/g).length, 'Alipay knows no such markup.');
  return wxml;
}

/** The mini-program as Alipay's guests have it, for WeChat's framework: its files but for WeChat's markup and styles. */
function readBack() {
  const folder = mkdtempSync(join(tmpdir(), 'aftertaste-alipay-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  cpSync(MINI_PROGRAM, folder, { recursive: true, filter: (file) => !/\.wx[ms]s?l?$/.test(file) });
  for (const page of PAGES) {
    const there = join(folder, relative(MINI_PROGRAM, page));
    writeFileSync(`${there}.wxml`, toWxml(readFileSync(`${page}.axml`, 'utf8')));
    writeFileSync(`${there}.wxss`, readFileSync(`${page}.acss`, 'utf8'));
  }
  return folder;
}

/** Alone a 200 is a success. With 'text', what comes is a text. */
function request({ method, url, headers, data, dataType, timeout, success, fail }) {
  assert.equal(dataType, 'text', 'Another type fails where a reply is of none: of a 204, say.');
  for (const value of Object.values(headers)) assert.equal(typeof value, 'string');
  const aborted = new AbortController();
  const called = overTheNetwork({ method, url, header: headers, body: data, timeout }, aborted.signal);
  const task = called.then((reply) => {
    if (!reply) return fail({ error: 12, errorMessage: 'network error', status: 12, data: '', headers: {} });
    const { status, text, headers: replied } = reply;
    if (status === 200) return success({ status, data: text, headers: replied });
    fail({ error: 19, errorMessage: 'http status error', status, data: text, headers: replied });
    throw new Error('http status error');
  });
  return Object.assign(task, { abort: () => aborted.abort() });
}

// As WeChat's, in Alipay's words.
const LANGUAGES = { zh_CN: 'zh-Hans', zh_TW: 'zh-Hant', zh_HK: 'zh-HK' };

globalThis.my = {
  request,
  getAppBaseInfo: () => ({ language: LANGUAGES[phone.language] ?? phone.language }),
  getStorageSync: ({ key }) => ({ data: stored.get(key) || null }),
  setStorageSync: ({ key, data }) => stored.set(key, data),
  removeStorageSync: ({ key }) => stored.remove(key),
  setNavigationBar: ({ title }) => void (phone.title = title),
  pageScrollTo: (where) => void phone.scrolls.push(where.scrollTop ?? where.selector),
  onNetworkStatusChange: (listener) => void phone.listeners.add(listener),
  offNetworkStatusChange: (listener) => void phone.listeners.delete(listener),
  getEnterOptionsSync: () => phone.entered,
  scan: ({ success }) => success({ code: phone.scanned }),
  navigateTo: ({ url }) => void (phone.opened = url),
};

/** The fields of an event, by Alipay's documents. */
function documented({ type, timeStamp, detail, target, currentTarget }) {
  const { id, dataset } = currentTarget;
  return { type, timeStamp, detail, target: { id, dataset, targetDataset: target.dataset } };
}

/** That data can be set: it takes JSON's values, and nothing undefined. */
function isPlain(value) {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'object' && Object.values(value).every(isPlain);
}

globalThis.Page = ({ data, ...definition }) => {
  assert.ok(isPlain(data));
  const methods = {};
  for (const [name, method] of Object.entries(definition)) {
    methods[name] = function (given, ...more) {
      return method.call(this, given?.currentTarget ? documented(given) : given, ...more);
    };
  }
  Component({
    data,
    methods,
    lifetimes: {
      created() {
        const setData = this.setData.bind(this);
        this.setData = (changes, then) => {
          assert.ok(isPlain(changes), `Alipay takes no such data: ${JSON.stringify(changes)}`);
          setData(JSON.parse(JSON.stringify(changes)), then);
        };
      },
    },
  });
};

export const alipay = {
  name: 'Alipay',
  ...load(readBack()),
  /** A guest comes by a mini-program code or an ordinary link: Alipay notifies the mini-program, and not the page. */
  come(page, { q: qrCode, ...query }) {
    const told = qrCode ? { ...query, qrCode } : query;
    phone.entered = Object.keys(told).length ? { query: told } : {};
    page.instance.onLoad({});
    page.instance.onShow();
  },
  show: (page) => page.instance.onShow(),
  hide: (page) => page.instance.onHide(),
  close(page) {
    page.instance.onUnload();
    page.detach();
  },
  noMoreRequests: () => void (my.request = () => ({ abort() {} })),
};
