// The page of a survey as a guest sees it: what is in reach, what can be seen and read, and how a visit ends.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/survey-page.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { call, url } from '../program.mjs';
import { browser, newSurvey, option, sent, stop } from './stack.mjs';
import {
  DINE_IN, NARROW, NOTHING, ONE, PHONE, assertStored, end, filledIn, finish, guest, intercept, newStore, open, pick,
  putSurvey, shown, soon, startForGuests, submit,
} from './visit.mjs';

const inEnglish = (text) => ({ en: text });
const scale = (id, more) => ({ id, kind: 'scale', min: 1, max: 5, text: inEnglish(id), ...more });
const LOOKS = {
  id: 'looks',
  title: inEnglish('Looks'),
  questions: [
    scale('stars', { look: 'stars', required: true, low_label: inEnglish('Bad'), high_label: inEnglish('Good') }),
    scale('faces', { look: 'faces' }),
    { id: 'nps', kind: 'scale', min: 0, max: 10, text: inEnglish('nps'), required: true },
  ],
};
// A version of its own, because a test changes it.
const CHANGING = { ...DINE_IN, id: 'changing' };
// The page of a language that is written from right to left.
const ARABIC = {
  id: 'arabic',
  title: { ar: 'كيف كانت وجبتك؟' },
  questions: [{
    id: 'nps', kind: 'scale', min: 0, max: 10, required: true, text: { ar: 'هل توصي بنا؟' },
    low_label: { ar: 'أبدًا' }, high_label: { ar: 'بالتأكيد' },
  }],
};
const BRAND = {
  name: "巷子小馆 Lane's Kitchen (demo)",
  link: { url: 'https://club.example.cn/', text: { en: 'Join our club', 'zh-CN': '加入会员' } },
  logo: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#00f"/></svg>',
};

const colours = newStore(DINE_IN);
before(() =>
  startForGuests(async () => {
    await call('PUT', '/brand', BRAND);
    // Functions remember the brand for a second here.
    const path = await newSurvey(colours);
    await soon(async () => assert.ok((await shownTo(path)).brand.logo));
  }),
);
after(stop);

/** The survey as a program gets it. */
const shownTo = async (path) => (await fetch(url + path, { headers: { accept: 'application/json' } })).json();

const IPHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const boxes = (page, css) => page.locator(css).evaluateAll((found) => found.map((one) => one.getBoundingClientRect().toJSON()));

guest('two taps and Send, and nothing is scrolled', IPHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await option(page, 'nps', 9).tap();
  await option(page, 'csat', 5).tap();
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => scrollY), 0);
  const [button] = await boxes(page, '.send button');
  assert.ok(button.top > 0 && button.bottom <= 844, JSON.stringify(button));
  await sent(page, () => page.locator('.send button').tap());
  await end(page, 'thanks');
  assert.equal(posts.length, 1);
  await assertStored(store, ONE);
});

for (const [width, options] of [[320, NARROW], [360, PHONE], [390, IPHONE]]) {
  guest(`eleven equal targets in one row of ${width} pixels`, options, async ({ page, path }) => {
    for (const language of ['en', 'zh-CN', 'zh-TW']) {
      await open(page, `${path}?lang=${language}`);
      const targets = await boxes(page, '[data-id=nps] .scale label');
      assert.equal(targets.length, 11);
      assert.equal(new Set(targets.map(({ top }) => top)).size, 1, 'one row');
      const widths = targets.map((box) => box.width);
      assert.ok(Math.max(...widths) - Math.min(...widths) < 0.5, `equal: ${widths}`);
      assert.ok(Math.min(...widths) >= 24 && targets[0].height >= 44, `${widths[0]} x ${targets[0].height}`);
      // The label of each end stands under it.
      const [low, high] = await boxes(page, '[data-id=nps] .ends span');
      assert.ok(low.left <= targets[0].left + 1 && Math.abs(high.right - targets[10].right) < 2, language);
    }
  });
}

guest('what is required comes first, and the rest is together below it', { ...PHONE, survey: LOOKS }, async ({ page, path }) => {
  await open(page, path);
  assert.deepEqual(await shown(page), ['stars', 'nps', 'faces']);
  assert.deepEqual(await page.locator('.more .question').evaluateAll((found) => found.map(({ dataset }) => dataset.id)), ['faces']);
});

guest('stars and faces are the numbers that they stand for', { ...PHONE, survey: LOOKS }, async ({ page, path }) => {
  await open(page, path);
  for (const look of ['stars', 'faces']) {
    assert.deepEqual(
      await page.getByRole('group', { name: look }).getByRole('radio').evaluateAll((found) => found.map((one) => one.ariaLabel)),
      ['1', '2', '3', '4', '5'],
    );
  }
  await option(page, 'stars', 4).tap();
  const filled = () =>
    page.locator('.stars span').evaluateAll((found) => found.map((one) => getComputedStyle(one, '::before').content === '"★"'));
  assert.deepEqual(await filled(), [true, true, true, true, false]);
  await option(page, 'faces', 2).tap();
  await pick(page, 'nps', 9);
  assert.deepEqual(await filledIn(page), { stars: '4', faces: '2', nps: '9' });
  await sent(page, () => submit(page));
});

guest('a language from the right has its scales from the right', { ...PHONE, survey: ARABIC }, async ({ page, path }) => {
  await open(page, path);
  assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
  const targets = await boxes(page, '.scale label');
  assert.ok(targets[0].left > targets[10].left);
  const [low, high] = await boxes(page, '.ends span');
  assert.ok(low.left > high.left);
  assert.equal(await page.locator('footer a').innerText(), 'العربية');
});

// ── Colours ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The parts that a guest taps or reads, as they are drawn: pairs of colours with the contrast that they need. */
function pairs(page) {
  return page.evaluate(() => {
    const behind = (element) => {
      for (let one = element; one; one = one.parentElement) {
        const { backgroundColor } = getComputedStyle(one);
        if (!/rgba\(.*, 0\)|transparent/.test(backgroundColor)) return backgroundColor;
      }
      return 'rgb(255, 255, 255)';
    };
    const found = [];
    for (const element of document.querySelectorAll('.send button, input:checked + span, .logo, .seal, .end button')) {
      const { backgroundColor, color } = getComputedStyle(element);
      if (element.tagName === 'IMG') continue;
      const isFilled = !/rgba\(.*, 0\)/.test(backgroundColor);
      if (isFilled) found.push([element.outerHTML.slice(0, 60), backgroundColor, behind(element.parentElement), 3]);
      found.push([element.outerHTML.slice(0, 60), color, behind(element), 4.5]);
    }
    for (const element of document.querySelectorAll('legend, p, small, h1, h2, a, .ends span, .scale span')) {
      if (element.innerText.trim() && element.offsetParent) {
        found.push([element.outerHTML.slice(0, 60), getComputedStyle(element).color, behind(element), 4.5]);
      }
    }
    return found;
  });
}

function contrast(...colours) {
  const [a, b] = colours.map((colour) => {
    const [red, green, blue] = colour.match(/[\d.]+/g).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  });
  return Math.max(a, b) / Math.min(a, b);
}

test('any colour of a brand can be seen and read in both schemes', { timeout: 240_000 }, async () => {
  // The extremes, what was reported, and a hundred by a fixed seed.
  const tried = ['#ffffff', '#000000', '#ffd400', '#ffff00', '#00ff00', '#0000ff', '#ff0000', '#808080', '#f7f4f0', '#171513'];
  for (let seed = 20261130; tried.length < 110;) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    tried.push(`#${(seed >> 7 & 0xffffff).toString(16).padStart(6, '0')}`);
  }
  const path = await newSurvey(colours);
  const context = await browser.newContext({ locale: 'en', ...PHONE });
  try {
    const page = await context.newPage();
    await open(page, path);
    await pick(page, 'nps', 9);
    for (const colour of tried) {
      await call('PUT', '/brand', { ...BRAND, logo: undefined, colour });
      await soon(async () => {
        assert.equal((await shownTo(path)).brand.colour, colour);
      });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.reload();
        for (const [what, one, other, least] of await pairs(page)) {
          const found = contrast(one, other);
          assert.ok(found >= least, `${colour}, ${colorScheme}: ${found.toFixed(2)} of ${what}: ${one} on ${other}`);
        }
      }
    }
  } finally {
    await context.close();
    await call('PUT', '/brand', BRAND);
  }
});

// ── Answers that wait ──────────────────────────────────────────────────────────────────────────────────────────────

const reworded = (text) => ({
  ...CHANGING,
  questions: CHANGING.questions.map((question) => (question.id === 'csat' ? { ...question, text: { ...question.text, en: text } } : question)),
});

guest('a draft goes back to its questions in a newer version', { ...PHONE, survey: CHANGING }, async ({ page, store, path }) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await page.locator('#why').fill('x'.repeat(50));
  await putSurvey(reworded('Were you satisfied?'));
  await soon(async () => {
    await open(page, path);
    assert.equal(await page.getByText('Were you satisfied?').count(), 1);
  });
  assert.deepEqual(await filledIn(page), { nps: '9', why: 'x'.repeat(50) });
  await pick(page, 'csat', 5);
  await sent(page, () => submit(page));
  await assertStored(store, { ...ONE, comments: ['x'.repeat(50)] });
});

guest('what waits goes out under the version that it was written for', { ...PHONE, survey: CHANGING }, async ({
  context, page, posts, store, path,
}) => {
  await open(page, path);
  const version = await page.locator('[name=version]').inputValue();
  await intercept(context, (route) => route.abort());
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await submit(page);
  await soon(async () => assert.ok(posts.length > 0));
  await putSurvey(reworded('Are you content?'));
  await page.waitForTimeout(1_200);
  await context.unroute('**/s/*');
  await open(page, path);
  await end(page, 'thanks');
  assert.equal(new URLSearchParams(posts.at(-1).postData()).get('version'), version);
  await assertStored(store, ONE);
});

guest('a key that is pressed while choosing sends nothing', PHONE, async ({ page, posts, store, path }) => {
  await open(page, path);
  await pick(page, 'nps', 9);
  await pick(page, 'csat', 5);
  await page.locator('[name=csat]:checked').focus();
  for (const key of ['Enter', 'NumpadEnter']) await page.keyboard.press(key);
  await page.waitForTimeout(500);
  assert.equal(posts.length, 0);
  await assertStored(store, NOTHING);
});

for (const [name, old] of Object.entries({
  'that reads no form as text': () => {
    const Fields = window.URLSearchParams;
    window.URLSearchParams = class extends Fields {
      constructor(init) {
        if (init && typeof init !== 'string') throw new TypeError('no sequence');
        super(init);
      }
    };
    FormData.prototype.entries = undefined;
    FormData.prototype[Symbol.iterator] = undefined;
  },
  'without addresses as objects': () => { window.URLSearchParams = undefined; window.URL = undefined; },
  'that counts no characters': () => { Intl.Segmenter = undefined; },
  'without fetch': () => { window.fetch = undefined; },
})) {
  guest(`an old browser ${name} sends the answer`, PHONE, async ({ page, store, path }) => {
    await page.addInitScript(old);
    await open(page, path);
    await pick(page, 'nps', 9);
    await pick(page, 'csat', 5);
    await page.locator('#why').fill('👨‍👩‍👧‍👦 & =');
    await submit(page);
    await end(page, 'thanks');
    await assertStored(store, { ...ONE, comments: ['👨‍👩‍👧‍👦 & ='] });
  });
}

guest('seventy-two families are seventy-two characters', PHONE, async ({ page, store, path }) => {
  await open(page, path);
  const families = '👨‍👩‍👧‍👦'.repeat(72);
  await finish(page, { why: families });
  await assertStored(store, { ...ONE, comments: [families] });
});

// ── Ends ───────────────────────────────────────────────────────────────────────────────────────────────────────────

for (const [name, answers, title] of [
  ['thanks', { nps: 10, csat: 5 }, 'Thank you!'],
  ['sorry', { nps: 0, csat: 1 }, 'Thank you for being so open'],
]) {
  guest(`${answers.nps} ends with ${name}, and with the brand's own link`, PHONE, async ({ page, path }) => {
    await open(page, path);
    await finish(page, answers);
    for (const _ of ['sent', 'reloaded']) {
      await end(page, name);
      assert.equal(await page.locator('h1').innerText(), title);
      assert.equal(await page.getByRole('link', { name: 'Join our club' }).getAttribute('href'), BRAND.link.url);
      await page.reload();
    }
  });
}

guest('the visit stands under the store, and the logo beside it', PHONE, async ({ page, path }) => {
  const reply = await open(page, path);
  assert.match(reply.headers()['content-security-policy'], /; img-src data:$/);
  assert.match(await page.locator('header small').innerText(), /^\d{1,2} [A-Z][a-z]{2}, \d{2}:\d{2}$/);
  const isDrawn = () => page.locator('img.logo').evaluate((image) => image.complete && image.naturalWidth > 0);
  await soon(async () => assert.ok(await isDrawn()));
});

guest('the bare address says what this is', PHONE, async ({ page }) => {
  const reply = await open(page, '/');
  assert.equal(reply.status(), 200);
  assert.equal(await page.locator('h1').innerText(), 'Tell us how it was');
});
