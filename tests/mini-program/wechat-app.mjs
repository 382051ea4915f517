// WeChat, as far as the page meets it. WeChat's own component framework runs the page.

import { MINI_PROGRAM, load, overTheNetwork, phone, stored } from './phone.mjs';

/** Every reply is a success, whatever its status. */
function request({ method, url, header, data, timeout, success, fail }) {
  const aborted = new AbortController();
  const called = overTheNetwork({ method, url, header, body: data && JSON.stringify(data), timeout }, aborted.signal);
  called.then((reply) => {
    if (!reply) fail({ errMsg: 'request:fail' });
    else success({ statusCode: reply.status, data: read(reply.text), header: reply.headers });
  });
  return { abort: () => aborted.abort() };
}

/** WeChat hands over as a text what is no JSON. */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

Object.assign(wx, {
  request,
  getAppBaseInfo: () => ({ language: phone.language }),
  getStorageSync: (key) => stored.get(key) || '',
  setStorageSync: (key, value) => stored.set(key, value),
  removeStorageSync: (key) => stored.remove(key),
  setNavigationBarTitle: ({ title }) => void (phone.title = title),
  pageScrollTo: (where) => void phone.scrolls.push(where.selector ?? where.scrollTop),
  onNetworkStatusChange: (listener) => void phone.listeners.add(listener),
  offNetworkStatusChange: (listener) => void phone.listeners.delete(listener),
  scanCode: ({ success }) => success({ result: phone.scanned }),
  navigateTo: ({ url }) => void (phone.opened = url),
});

// The framework runs components; the page that tries things out is none.
globalThis.Page = ({ data, ...methods }) => Component({ data, methods });

export const wechat = {
  name: 'WeChat',
  ...load(MINI_PROGRAM),
  /** A guest comes by a mini-program code or an ordinary link. */
  come(page, query) {
    page.instance.onLoad(query);
    page.triggerPageLifeTime('show');
  },
  show: (page) => page.triggerPageLifeTime('show'),
  hide: (page) => page.triggerPageLifeTime('hide'),
  /** The page is closed, in all the ways that WeChat reports it. */
  close(page) {
    page.instance.onUnload();
    page.detach();
  },
  noMoreRequests: () => void (wx.request = () => ({ abort() {} })),
};
