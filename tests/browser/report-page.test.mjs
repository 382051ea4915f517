// What a manager sees of a report in Chromium: the first answers without scrolling, pictures that can be read, and one
// printed page.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/report-page.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { askTable, call, url } from '../program.mjs';
import { browser, signIn, start, stop } from './stack.mjs';
import { soon } from './visit.mjs';

const LONGEST_SECONDS = 600;
const LANGUAGES = ['en', 'zh-CN', 'zh-TW'];
// The demo's scopes: all of it, a region, a city, and stores of which one has cooled.
const SCOPES = ['cn', 'cn/east', 'cn/east/shanghai', 'store/12', 'store/13'];

// What the watch of the last night found, as the table has it: one score rose, two fell, one may have fallen, and of
// store 12 it found nothing.
const NOTHING_FOUND = ['store/12'];

let session;

/** A business day of the demo's stores, which begins at four in Shanghai. */
function daysAgo(days) {
  return new Date(Date.now() + (8 - 4 - 24 * days) * 3_600_000).toISOString().slice(0, 10);
}

function found(scope, more) {
  const days = { since: daysAgo(5), earliest: daysAgo(7), latest: daysAgo(4) };
  return { series: 'dine-in', scope, direction: 'down', ...days, points: -14.2, low: -22.1, high: -6.3, ...more };
}

async function putNight() {
  const trend = '20261127-0f1e2d3c4b5a6978';
  const parts = [{ part: { meal: 'dinner' }, difference: -19.8 }, { part: { channel: 'delivery' }, difference: -12.1 }];
  const all = [
    found('cn', { trend, parts: [] }),
    found('cn/east', {}),
    found('cn/east/shanghai', { trend, parts, direction: 'up', points: 12.4, low: 5.1, high: 19.9 }),
    found('store/13', { trend, parts }),
  ];
  const night = { day: daysAgo(1), watched: 40, days_apart: 100, nodes: ['cn/east/shanghai'], found: all };
  const content = { B: deflateRawSync(JSON.stringify(night)).toString('base64') };
  await askTable('PutItem', { Item: { pk: { S: 'WATCH' }, sk: { S: night.day }, content } });
}

async function prepare() {
  await call('POST', '/_local/schedules/RollUpStoresHourly');
  // The schedules of the program run once soon after its start. A night that was put before would be lost.
  const Key = { pk: { S: 'WATCH' }, sk: { S: daysAgo(1) } };
  await askTable('DeleteItem', { Key });
  await soon(async () => assert.ok((await askTable('GetItem', { Key })).Item), 30);
  await putNight();
}

before(async () => {
  await start(LONGEST_SECONDS, { hasDemo: true, prepare });
  const context = await browser.newContext();
  await signIn(await context.newPage());
  session = await context.storageState();
  await context.close();
});
after(stop);

/** Hands `use` each report in a window of this size. */
async function eachReport({ size: [width, height], scopes = SCOPES, languages = LANGUAGES, query = '', ...more }, use) {
  const context = await browser.newContext({ viewport: { width, height }, storageState: session, ...more });
  try {
    const page = await context.newPage();
    for (const scope of scopes) {
      for (const language of languages) {
        await page.goto(`${url}/reports/${scope}.html?lang=${language}${query}`);
        await use(page, `${scope} in ${language} at ${width}`);
      }
    }
  } finally {
    await context.close();
  }
}

for (const size of [[390, 844], [1440, 900]]) {
  test(`how warm, whether better, what first, who is behind and whether to trust it: on ${size.join(' × ')}`, async () => {
    await eachReport({ size }, async (page, which) => {
      for (const tile of ['warmth', 'score', 'fix', 'behind-others', 'trust']) {
        const box = await page.locator(`.tile.${tile}`).boundingBox();
        assert.ok(box.height > 40, `${which}: ${tile} is empty`);
        assert.ok(box.y + box.height <= size[1], `${which}: ${tile} ends at ${box.y + box.height}`);
      }
      assert.ok((await page.locator('h1.sentence').innerText()).length > 10, which);
    });
  });
}

for (const size of [[390, 844], [1440, 900]]) {
  test(`since when a score changed, or that nothing was found: on ${size.join(' × ')}`, async () => {
    await eachReport({ size }, async (page, which) => {
      const line = page.locator('.tile.score .since');
      const box = await line.boundingBox();
      assert.ok(box.height > 10 && box.y + box.height <= size[1], `${which}: it ends at ${box.y + box.height}`);
      const isNothing = NOTHING_FOUND.some((scope) => which.startsWith(`${scope} `));
      assert.equal(await line.evaluate((element) => element.matches('.found')), !isNothing, which);
      assert.equal(await page.locator('.changed-scores').count(), isNothing ? 0 : 1, which);
      for (const link of await line.locator('a').all()) assert.ok((await link.boundingBox()).height >= 44, which);
    });
  });
}

test('text in pictures has at least 12 pixels, also on the narrowest phone', async () => {
  await eachReport({ size: [320, 640] }, async (page, which) => {
    const sizes = await page.locator('svg text').evaluateAll((texts) =>
      texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a),
    );
    assert.ok(sizes.length > 5, `${which}: no text`);
    assert.deepEqual(sizes.filter((size) => size < 12), [], which);
  });
});

/** The contrast of each mark in a page's pictures with what lies behind it. Runs in the page. */
function contrasts() {
  const channels = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  const luminance = (colour) => {
    const linear = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (mark) => {
    for (let at = mark.parentElement; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.startsWith('rgba(0, 0, 0, 0')) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const marks = 'rect.cold,rect.warm,rect.mild,rect.n,.whisker,.dot circle,.line,.spark path';
  return [...document.querySelectorAll(marks)].map((mark) => {
    const { fill, stroke } = getComputedStyle(mark);
    const colour = fill === 'none' || mark.matches('.whisker') ? stroke : fill;
    const [low, high] = [luminance(colour), luminance(behind(mark))].sort((a, b) => a - b);
    return [mark.getAttribute('class') || mark.tagName, (high + 0.05) / (low + 0.05)];
  });
}

for (const colorScheme of ['light', 'dark']) {
  test(`marks in pictures stand out from what is behind them, ${colorScheme}`, async () => {
    await eachReport({ size: [390, 844], languages: ['en'], colorScheme }, async (page, which) => {
      const all = await page.evaluate(contrasts);
      assert.ok(all.length > 10, `${which}: no marks`);
      assert.deepEqual(all.filter(([, contrast]) => contrast < 3), [], which);
    });
  });
}

test('a printed report is one page with its days', async () => {
  await eachReport({ size: [1000, 800] }, async (page, which) => {
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
    assert.equal(pages, 1, which);
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('.dates').isVisible(), `${which}: no days`);
    await page.emulateMedia({ media: null });
  });
});

test('two reports stand side by side within a phone', async () => {
  await eachReport({ size: [390, 844], scopes: ['store/13'], query: '&with=store/12' }, async (page, which) => {
    const table = page.locator('.beside .wide');
    const [inner, outer] = await table.evaluate((wide) => [wide.scrollWidth, wide.clientWidth]);
    assert.ok(inner <= outer + 1, `${which}: ${inner} in ${outer}`);
  });
});

test('what a link in the page leads to is not below its bar', async () => {
  await eachReport({ size: [390, 844], scopes: ['store/13'], languages: ['en'], query: '&with=store/12#beside' }, async (page, which) => {
    const [bar, heading] = await Promise.all(['.bar', '#beside h2'].map((part) => page.locator(part).boundingBox()));
    assert.ok(heading.y >= bar.y + bar.height, `${which}: ${heading.y} is below a bar of ${bar.height}`);
  });
});
