// How heavy the page of a survey is, and how soon it can be used on a slow phone. It asserts nothing.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node tests/browser/bench.mjs

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { url } from '../program.mjs';
import { browser, newSurvey, start, stop } from './stack.mjs';

const STORE = 12;
const LOADS = 15;
const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, locale: 'zh-CN' };

const CPU_SLOWDOWN = 4;
// Lighthouse's slow 4G, in bits a second. Chromium delays requests, and not the packets that set up a connection. So
// Lighthouse, where Chromium slows the network down, takes 3.75 round trips for a request and 90 % of the rates.
const SLOW_4G = { roundTrip: 150, down: 1.6 * 1024 * 1024, up: 750 * 1024 };
const NETWORKS = {
  'open connection': { latency: SLOW_4G.roundTrip, down: SLOW_4G.down, up: SLOW_4G.up },
  'new connection': { latency: SLOW_4G.roundTrip * 3.75, down: SLOW_4G.down * 0.9, up: SLOW_4G.up * 0.9 },
};

// After so long something hangs, and all is ended.
const LONGEST_SECONDS = 300;

/** One load in a browser that has nothing yet: milliseconds from its start, and the bytes that came. */
async function load(address, { latency, down, up }, javaScriptEnabled) {
  const context = await browser.newContext({ ...PHONE, javaScriptEnabled });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false, latency, downloadThroughput: down / 8, uploadThroughput: up / 8,
    });
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    let received = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => { received += encodedDataLength; });
    await page.goto(address, { waitUntil: 'commit' });
    return { ...(await tappable(page, javaScriptEnabled)), received };
  } finally {
    await context.close();
  }
}

/**
 * Waits until a finger would hit the first score, and until the script, where it runs, is ready for that: it shows the
 * bar last. The page is asked from outside, because without script it can't check itself.
 */
async function tappable(page, hasScript) {
  for (;;) {
    const times = await page.evaluate((hasScript) => {
      const [painted] = performance.getEntriesByName('first-contentful-paint');
      const score = document.querySelector('.scale label');
      if (!painted || !score || (hasScript && document.querySelector('progress').hidden)) return null;
      const { left, top, width, height } = score.getBoundingClientRect();
      const isHit = score.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      return isHit ? { painted: painted.startTime, tappable: performance.now() } : null;
    }, hasScript);
    if (times) return times;
    await sleep(5);
  }
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** A server of the same form without styles and script, as small as such a page can be. */
async function plainForm(address) {
  const html = await (await fetch(address, { headers: { accept: 'text/html', 'accept-language': 'zh-CN' } })).text();
  const body = gzipSync(html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, ''), { level: 9 });
  const server = createServer((_, reply) => {
    reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' }).end(body);
  });
  await new Promise((listens) => { server.listen(0, '127.0.0.1', listens); });
  return { server, plain: `http://127.0.0.1:${server.address().port}/` };
}

async function main() {
  await start(LONGEST_SECONDS, { hasDemo: true });
  const address = url + (await newSurvey(STORE));
  const { server, plain } = await plainForm(address);

  const weights = [];
  for (const language of ['zh-CN', 'zh-TW', 'en']) {
    const headers = { accept: 'text/html', 'accept-encoding': 'gzip, br' };
    const reply = await fetch(`${address}?lang=${language}`, { headers });
    const html = await reply.text();
    weights.push({
      language,
      'raw': Buffer.byteLength(html),
      'gzip -9': gzipSync(html, { level: 9 }).length,
      'sent as': reply.headers.get('content-encoding') ?? 'raw',
    });
  }
  console.log('\nThe page of the demo survey, bytes of its body');
  console.table(weights);

  const times = [];
  for (const [network, conditions] of Object.entries(NETWORKS)) {
    const pages = { 'the survey': [address, true], 'without script': [address, false], 'a plain form': [plain, false] };
    const loads = Object.fromEntries(Object.keys(pages).map((name) => [name, []]));
    // One of each in turn, so that a busy moment of the machine meets them alike.
    for (let n = 0; n < LOADS; n += 1) {
      for (const [name, [at, script]] of Object.entries(pages)) loads[name].push(await load(at, conditions, script));
    }
    const tappableAfter = (name) => median(loads[name].map(({ tappable }) => tappable));
    for (const name of Object.keys(pages)) {
      times.push({
        network,
        page: name,
        'first contentful paint, ms': Math.round(median(loads[name].map(({ painted }) => painted))),
        'first score tappable, ms': Math.round(tappableAfter(name)),
        'of a plain form': (tappableAfter(name) / tappableAfter('a plain form')).toFixed(2),
        'received, bytes': median(loads[name].map(({ received }) => received)),
      });
    }
  }
  server.close();
  console.log(`
Medians of ${LOADS} loads in Chromium ${browser.version()}, nothing cached, processor slowed down ${CPU_SLOWDOWN} times.
Slow 4G: 150 ms round trip, 1.6 Mbit/s down, 750 kbit/s up. "open connection": each request is delayed by 150 ms.
"new connection": by 562.5 ms and at 90 % of the rates, as Lighthouse does it to stand for setting one up.`);
  console.table(times);
  console.log('Received are the headers and the body, as they are sent to a browser.');
}

try {
  await main();
} finally {
  await stop();
}
process.exit();
