// Writes Alipay's markup and style sheets from WeChat's: each page's .axml from its .wxml, and its .acss from its .wxss.
//
//   node tests/mini-program/alipay.mjs

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ROOT } from '../program.mjs';

/** The pages, without the ends of their files' names. */
export const PAGES = ['open/open', 'survey/survey'].map((page) => join(ROOT, 'miniprogram', page));

// Attributes that Alipay calls otherwise, or that it has not.
const ATTRIBUTES = {
  'wx:if': 'a:if', 'wx:elif': 'a:elif', 'wx:else': 'a:else',
  'wx:for': 'a:for', 'wx:for-item': 'a:for-item', 'wx:for-index': 'a:for-index', 'wx:key': 'a:key',
  'bindtap': 'onTap', 'bindinput': 'onInput',
  'aria-role': 'role', 'user-select': 'selectable',
  'disable-default-padding': undefined, 'cursor-spacing': undefined,
};

// Attributes that an element needs besides. A count of its own would stand beside the page's. A field that the phone draws by
// itself would lie above the bar that stays at the top.
const BESIDES = { textarea: ['show-count="{{false}}"', 'enableNative="{{false}}"'] };

// A comment, or an element with its attributes; a text between quotes may contain a `>`.
const ELEMENT = /<!--[\s\S]*?-->|<([a-z-]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)(\s*\/?)>/g;
const ATTRIBUTE = /(\s+)([\w:-]+)(="[^"]*")?/g;

/** Calls `change` with each element's name and attributes, each `{ space, name, value }`, for those to be there. */
export function changed(markup, change) {
  return markup.replace(ELEMENT, (all, element, attributes, end) => {
    if (!element) return all;
    const before = [...attributes.matchAll(ATTRIBUTE)].map(([, space, name, value]) => ({ space, name, value: value ?? '' }));
    const after = change(element, before).map(({ space, name, value }) => space + name + value);
    return `<${element}${after.join('')}${end}>`;
  });
}

/** Alipay's markup, from WeChat's. */
export function toAxml(wxml) {
  return changed(wxml, (element, attributes) => {
    const renamed = attributes
      .map((one) => ({ ...one, name: one.name in ATTRIBUTES ? ATTRIBUTES[one.name] : one.name }))
      .filter(({ name }) => name);
    const besides = (BESIDES[element] ?? []).map((name) => ({ space: attributes.at(-1).space, name, value: '' }));
    return [...renamed, ...besides];
  });
}

/** The files as they are to be, by their names. */
export function written() {
  const files = {};
  for (const page of PAGES) {
    const name = page.split('/').at(-1);
    const from = (ending) => `Written from ${name}.${ending} by tests/mini-program/alipay.mjs: change it there.`;
    files[`${page}.axml`] = `<!-- ${from('wxml')} -->\n${toAxml(readFileSync(`${page}.wxml`, 'utf8'))}`;
    files[`${page}.acss`] = `/* ${from('wxss')} */\n\n${readFileSync(`${page}.wxss`, 'utf8')}`;
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of Object.entries(written())) writeFileSync(file, text);
}
