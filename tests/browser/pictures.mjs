// Draws the pictures of the READMEs and of the tour again, from the demo: guests' and managers' pages, on a phone and at
// a desk.
//
//   apt-get install chromium fonts-noto-cjk fonts-roboto-unhinted pngquant
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node tests/browser/pictures.mjs
//
// Run it by hand, and check the result: the demo is another each day.

import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, call, folder, url } from '../program.mjs';
import { browser, newSurvey, option, sent, signIn, start, stop } from './stack.mjs';

const FOLDER = join(ROOT, 'docs/pictures');
const LANGUAGES = ['en', 'zh-CN'];
// The store whose manager has something to see: it got worse a week ago.
const REPORT_OF = 'store/13';
const HEAD_OFFICE = 'cn';
const SIDE_BY_SIDE = ['cn/east', 'cn/north'];
// The words of a guest and the reply of the store, by the language of the page.
const CASES = {
  en: [/^The tables/, /^We are sorry/],
  'zh-CN': [/凉/, /^菜凉/],
};
const SURVEY_OF = 12;
const ANSWERS = { nps: 9, csat: 5 };

// A phone of 390 × 844, of which the page has what is below the camera.
const [WIDTH, HEIGHT, ABOVE] = [390, 844, 44];
const PHONE = { viewport: { width: WIDTH, height: HEIGHT - ABOVE }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const DESK = { viewport: { width: 1440, height: 900 } };
const TABLET = { viewport: { width: 800, height: 900 }, deviceScaleFactor: 2 };

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

/** The thanks, after the shortest answer. */
async function thanks(page) {
  await survey(page);
  await sent(page, () => page.locator('.survey button').tap());
}

/** A report, of which only a part is drawn, if one is named. */
function reportOf(scope, part) {
  return async (page) => {
    await signIn(page);
    await page.goto(`${url}/reports/${scope}`);
    return part && page.locator(part);
  };
}

/** A case that the store has replied to, from the guest's words down. */
async function repliedCase(page, locale) {
  await signIn(page);
  await page.goto(`${url}/case/${await caseWith(CASES[locale])}`);
  await scrollTo(page, 'blockquote', 24);
}

/** A case with such words and such a reply, else one with such words and any reply. */
async function caseWith([words, reply]) {
  const pages = ['state=open', 'state=closed', 'state=closed&page=2', 'state=closed&page=3'];
  const lists = await Promise.all(pages.map((query) => call('GET', `/cases/${HEAD_OFFICE}?${query}`)));
  const said = lists.flatMap(({ cases }) => cases).filter((listed) => words.test(listed.words));
  const cases = await Promise.all(said.map(({ case: id }) => call('GET', `/case/${id}`)));
  const replied = cases.filter((one) => one.reply);
  return (replied.find((one) => reply.test(one.reply)) ?? replied[0]).case;
}

/** An action that helped, with its verdicts. */
async function action(page) {
  await signIn(page);
  const { actions } = await call('GET', `/actions/${HEAD_OFFICE}`);
  const helped = actions.find(({ verdicts }) => verdicts['28']?.verdict === 'better');
  await page.goto(`${url}/action/${helped.action}`);
}

async function people(page) {
  await signIn(page);
  await page.goto(`${url}/people`);
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

/** A part of a page and a little around it, without the bar that stays in sight. */
async function around(page, part) {
  const { x, y, width, height } = await part.boundingBox();
  const margin = 16;
  const clip = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  return page.screenshot({ fullPage: true, clip });
}

/** Draws what `show` leads to: the screen, or the part of it that it names. A phone's screen gets the phone around it. */
async function draw(name, locale, show, device = PHONE) {
  const context = await browser.newContext({ ...device, locale });
  try {
    const page = await context.newPage();
    const part = await show(page, locale);
    const shown = await (part ? around(page, part) : page.screenshot());
    const picture = device === PHONE && !part ? await frame(shown) : shown;
    // A page has few colours; 256 of them are a third of the bytes.
    const small = execFileSync('pngquant', ['--speed', '1', '--strip', '-'], { input: picture });
    const file = join(FOLDER, `${name}.${locale}.png`);
    writeFileSync(file, small);
    console.log(`${file}: ${Math.round(statSync(file).size / 1000)} KB`);
  } finally {
    await context.close();
  }
}

const [ONE, OTHER] = SIDE_BY_SIDE;
const PICTURES = [
  ['survey', survey],
  ['report', reportOf(`${REPORT_OF}.html`)],
  ['tour/thanks', thanks],
  ['tour/head-office', reportOf(`${HEAD_OFFICE}.html`), DESK],
  ['tour/weekday-and-hour', reportOf(`${HEAD_OFFICE}.html`, '.when'), TABLET],
  ['tour/side-by-side', reportOf(`${ONE}.html?with=${OTHER}`, '.beside'), TABLET],
  ['tour/what-guests-wrote', reportOf(`${REPORT_OF}.html`, '.said')],
  ['tour/case', repliedCase],
  ['tour/action', action],
  ['tour/people', people],
];

// On a busy machine the demo alone takes a minute.
await start(600, { hasDemo: true, prepare: useLettersOfAPhone });
try {
  mkdirSync(join(FOLDER, 'tour'), { recursive: true });
  for (const locale of LANGUAGES) {
    for (const [name, show, device] of PICTURES) await draw(name, locale, show, device);
  }
} finally {
  await stop();
}
