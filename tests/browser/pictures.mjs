// Draws the pictures of the READMEs again, from the demo: a guest's survey and a manager's report, on a phone.
//
//   apt-get install chromium fonts-noto-cjk fonts-roboto-unhinted pngquant
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node tests/browser/pictures.mjs
//
// Run it by hand, and check the result: the demo is another each day.

import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, folder, url } from '../program.mjs';
import { browser, newSurvey, option, signIn, start, stop } from './stack.mjs';

const FOLDER = join(ROOT, 'docs/pictures');
const LANGUAGES = ['en', 'zh-CN'];
// The store whose manager has something to see: it got worse a week ago.
const REPORT_OF = 'store/13';
const SURVEY_OF = 12;
const ANSWERS = { nps: 9, csat: 5 };

// A phone of 390 × 844, of which the page has what is below the camera.
const [WIDTH, HEIGHT, ABOVE] = [390, 844, 44];
const PHONE = { viewport: { width: WIDTH, height: HEIGHT - ABOVE }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

// Pages use the phone's own letters. These are those of most phones in the world.
const LETTERS = ['system-ui', 'sans-serif'].map((family) => `
  <match target="pattern">
    <test name="family"><string>${family}</string></test>
    <edit name="family" mode="prepend" binding="strong">
      <string>Roboto</string><string>Noto Sans CJK SC</string>
    </edit>
  </match>`);

/** Lets the browser, which is not started yet, take a phone's letters where this machine has them. */
function useLettersOfAPhone() {
  const file = join(folder, 'fonts.conf');
  const before = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>';
  writeFileSync(file, `<?xml version="1.0"?>\n<fontconfig>${before}${LETTERS.join('')}</fontconfig>\n`);
  process.env.FONTCONFIG_FILE = file;
}

/** The survey as a guest sees it who has answered the first two questions. */
async function survey(page) {
  await page.goto(url + (await newSurvey(SURVEY_OF)));
  for (const [question, value] of Object.entries(ANSWERS)) await option(page, question, value).tap();
  await scrollTo(page, 'body', 0);
}

/** The part of the report that a manager sees first, below the choice of days. */
async function report(page) {
  await signIn(page);
  await page.goto(`${url}/reports/${REPORT_OF}.html`);
  await scrollTo(page, '.warmth', 8);
}

/** Scrolls until an element is so far below the top, and stays there. A tap's own scrolling may still be under way. */
function scrollTo(page, selector, below) {
  return page.waitForFunction(
    ([selector, below]) => {
      const wanted = document.querySelector(selector).getBoundingClientRect().top + scrollY - below;
      const isThere = Math.abs(scrollY - wanted) < 1;
      window.calm = isThere ? (window.calm ?? 0) + 1 : 0;
      window.scrollTo({ top: wanted, behavior: 'instant' });
      return window.calm > 30;
    },
    [selector, below],
  );
}

/** Puts what a page shows into a phone, whose surroundings are transparent: READMEs are light or dark. */
async function frame(shown) {
  const page = await browser.newPage({ viewport: { width: WIDTH + 40, height: HEIGHT + 40 }, deviceScaleFactor: 2 });
  try {
    await page.setContent(`<style>
      body { margin: 8px }
      #phone { width: ${WIDTH}px; padding: 11px; border: 1px solid #8a8380; border-radius: 58px; background: #1d1a19 }
      #screen { position: relative; overflow: hidden; padding-top: ${ABOVE}px; border-radius: 46px; background: #fff }
      #screen::before {
        position: absolute; top: 12px; left: 50%; width: 92px; height: 26px; margin-left: -46px;
        border-radius: 13px; background: #1d1a19; content: '';
      }
      img { display: block; width: ${WIDTH}px }
    </style>
    <div id="phone"><div id="screen"><img src="data:image/png;base64,${shown.toString('base64')}"></div></div>`);
    await page.evaluate(() => document.querySelector('img').decode());
    return await page.locator('#phone').screenshot({ omitBackground: true });
  } finally {
    await page.close();
  }
}

async function draw(name, locale, show) {
  const context = await browser.newContext({ ...PHONE, locale });
  try {
    const page = await context.newPage();
    await show(page);
    const picture = await frame(await page.screenshot());
    // A page has few colours; 256 of them are a third of the bytes.
    const small = execFileSync('pngquant', ['--speed', '1', '--strip', '-'], { input: picture });
    const file = join(FOLDER, `${name}.${locale}.png`);
    writeFileSync(file, small);
    console.log(`${file}: ${Math.round(statSync(file).size / 1000)} KB`);
  } finally {
    await context.close();
  }
}

// On a busy machine the demo alone takes a minute.
await start(300, { hasDemo: true, prepare: useLettersOfAPhone });
try {
  mkdirSync(FOLDER, { recursive: true });
  for (const locale of LANGUAGES) {
    await draw('survey', locale, survey);
    await draw('report', locale, report);
  }
} finally {
  await stop();
}
