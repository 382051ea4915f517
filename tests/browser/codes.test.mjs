// Reads the QR codes that are drawn, with a reader that knows nothing of what drew them: ZXing.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/codes.test.mjs

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

import { call, url } from '../program.mjs';
import { browser, newSurvey, option, sent, stop } from './stack.mjs';
import { DINE_IN, newStore, startForGuests } from './visit.mjs';

const READER = fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'));

const store = newStore(DINE_IN);
let link;
let code;

before(async () => {
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(READER) } });
  await startForGuests(async () => {
    link = (await newSurvey(store)).replace('/s/', '');
    code = (await call('POST', '/codes', { store, table: 7 })).code;
  });
});
after(stop);

/** The text of the code in a picture, and how well it is protected. */
async function read(picture) {
  const codes = await readBarcodes(new Uint8Array(picture), { formats: ['QRCode'], tryHarder: false, tryInvert: false });
  assert.equal(codes.length, 1, 'there is one code in the picture');
  return { text: codes[0].text, correction: codes[0].ecLevel };
}

const CODES = {
  'a link': () => ({ at: `/links/${link}/qr`, says: `${url}/s/${link}` }),
  'the code of a table': () => ({ at: `/codes/${code}/qr`, says: `${url}/t/${code}` }),
};

for (const [name, made] of Object.entries(CODES)) {
  test(`the PNG of ${name} is read`, async () => {
    const { at, says } = made();
    for (const [path, accept] of [[`${at}.png`, '*/*'], [at, 'image/png']]) {
      const reply = await fetch(url + path, { headers: { accept } });
      assert.equal(reply.headers.get('content-type'), 'image/png');
      assert.deepEqual(await read(await reply.arrayBuffer()), { text: says, correction: 'M' });
    }
  });

  test(`the SVG of ${name} is read as Chromium draws it, in the light and in the dark`, async () => {
    const { at, says } = made();
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 320, height: 320 } });
      await page.goto(`${url}${at}.svg`);
      assert.deepEqual(await read(await page.screenshot()), { text: says, correction: 'M' });
      await page.close();
    }
  });
}

test('anyone who scans the code of a table comes to a survey of their own', async () => {
  const addresses = [];
  for (const _ of [1, 2]) {
    const page = await browser.newPage({ locale: 'zh-CN' });
    await page.goto(`${url}/t/${code}`);
    addresses.push(page.url());
    assert.equal(await page.locator('.survey').count(), 1);
    assert.match(await page.locator('header').innerText(), /桌号 \d+$/);
    assert.match(await page.locator('footer').innerText(), /打开本页的时间/);
    await page.close();
  }
  assert.notEqual(addresses[0], addresses[1]);
  for (const address of addresses) assert.match(address, /\/s\/[A-Za-z0-9_-]{32}$/);
});

test('a phone that scans it again goes on with what it has begun, until that is sent', async () => {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  const scan = async () => {
    await page.goto(`${url}/t/${code}`);
    return page.url();
  };
  const begun = await scan();
  await option(page, 'nps', 9).click();
  assert.equal(await scan(), begun);
  assert.ok(await page.locator('[name=nps][value="9"]').isChecked());
  await option(page, 'csat', 5).click();
  await sent(page, () => page.locator('.survey button').click());
  assert.notEqual(await scan(), begun);
  await context.close();
});
