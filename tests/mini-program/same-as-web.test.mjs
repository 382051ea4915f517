// The mini-program says and shows the same as the web pages, and draws nothing that it has no style for.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/same-as-web.test.mjs

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { ROOT, call, replyToCase } from '../program.mjs';
import { Guest } from './guest.mjs';
import { HAS_COMPILER, MINI_PROGRAM, journey, newPhone } from './phone.mjs';
import { CATALOG_AGE, newLink, newStore, start, stop, webPage } from './stack.mjs';
import { REPLIES } from './surveys.mjs';
import { FILE, FILES, written } from './words.mjs';

const require = createRequire(import.meta.url);

before(start);
after(stop);

test('the words are those of the web pages', async () => {
  const { wordsIn } = require(join(MINI_PROGRAM, 'survey/words.js'));
  const [store, replies] = [await newStore(), await newStore(REPLIES)];
  for (const language of ['zh-CN', 'zh-TW', 'en']) {
    const { link } = await newLink(store);
    const words = wordsIn(language);
    const hasAll = (page, ...texts) => texts.forEach((text) => assert.ok(page.includes(text), `${language}: ${text}`));
    const path = `/s/${link}?lang=${language}`;
    hasAll(await webPage(path, language), `>${words.send}<`, `>${words.optional}<`, words.more, words.sending, words.offline, words.busy, words.missing);
    const wrong = { nps: '9', where: 'nowhere', why: 'x'.repeat(41) };
    const shorten = words.shorten.replace('{most}', '40');
    hasAll(await webPage(path, language, wrong), words.mend, words.missing, words.malformed, shorten);
    hasAll(await webPage(path, language, { survey: 'short', nps: '9' }), words.questionsChanged);
    const { link: asked } = await newLink(replies);
    hasAll(await webPage(`/s/${asked}?lang=${language}`, language), words.asksReply);
    const { thanks, answered, 'taken-back': takenBack, 'link-unknown': unknown, sorry } = words.ends;
    const [submission, other] = [randomUUID(), randomUUID()];
    const sent = { submission, nps: '9', csat: '5' };
    hasAll(await webPage(path, language, sent), thanks.title, thanks.more, thanks.button);
    const late = { submission: other, nps: '8', csat: '5' };
    hasAll(await webPage(path, language, late), answered.title, answered.more, answered.offer, answered.button);
    hasAll(await webPage(path, language, { submission: other, take_back: '1' }), words.notTakenBack);
    const back = { submission, take_back: '1' };
    hasAll(await webPage(path, language, back), takenBack.title, takenBack.more, takenBack.button);
    hasAll(await webPage(path, language, sent), words.mend, words.tookBack);
    const low = { submission: randomUUID(), nps: '9', csat: '1' };
    hasAll(await webPage(`/s/${(await newLink(store)).link}?lang=${language}`, language, low), sorry.title, sorry.more, sorry.button);
    hasAll(await webPage(`/s/${'A'.repeat(32)}`, language), unknown.title, unknown.more);
  }
});

test('the words of a case are those of the web page', async () => {
  const { wordsIn } = require(join(MINI_PROGRAM, 'survey/words.js'));
  for (const language of ['zh-CN', 'zh-TW', 'en']) {
    const store = await newStore(REPLIES);
    const { link } = await newLink(store);
    const words = wordsIn(language).followUp;
    const hasAll = (page, ...texts) => texts.forEach((text) => assert.ok(page.includes(text), `${language}: ${text}`));
    const [submission, path] = [randomUUID(), `/s/${link}/case?lang=${language}`];
    const look = (fields) => webPage(path, language, { submission, ...fields });
    const sent = { submission, nps: '1', asks_reply: 'true' };
    hasAll(await webPage(`/s/${link}?lang=${language}`, language, sent), words.promise, words.see);
    hasAll(await look(), words.open, words.contact, words.contactHow, words.agreed, words.leave, words.back);
    hasAll(await look({ contact_how: '', contact_agreed: '1' }), words.contactWrong);
    hasAll(await look({ contact_how: '1', contact_agreed: '1' }), words.left, words.forget);
    for (let times = 0; times < 3; times += 1) {
      await replyToCase(store, 'x', { amount: 100, currency: 'CNY', code: '0123456789' });
      hasAll(await look(), words.answered, words.reply, words.ask, words.solved, words.notSolved, words.code);
      hasAll(await look({ said: 'not-solved' }), words.saidNotSolved, words.award.replace('{amount}', '¥1'));
    }
    await replyToCase(store, 'x');
    hasAll(await look({ said: 'not-solved' }), words.noMore);
    hasAll(await look({ said: 'solved' }), words.closed, words.saidSolved);
    hasAll(await look({ contact_how: '1', contact_agreed: '1' }), words.notNow);
  }
});

journey("the brand's colour, and what is written on it, are those of the web page in both schemes", async () => {
  newPhone();
  const brand = await call('GET', '/brand');
  const { link } = await newLink(await newStore());
  for (const colour of ['#ffd400', '#1677ff', '#5b2a86']) {
    await call('PUT', '/brand', { ...brand, colour });
    await sleep(CATALOG_AGE);
    const [light, dark] = [...(await webPage(`/s/${link}`, 'en')).matchAll(/--brand:(#\w+);--on-brand:(#\w+)/g)].map(([, ...two]) => two);
    const guest = await Guest.of(link);
    assert.equal(guest.all('survey')[0].style,
      `--light-brand: ${light[0]}; --on-light-brand: ${light[1]}; --dark-brand: ${dark[0]}; --on-dark-brand: ${dark[1]}`);
    guest.close();
  }
  await call('PUT', '/brand', brand);
  await sleep(CATALOG_AGE);
});

journey('a brand thanks in its own words, is sorry in its own, and has its logo', async () => {
  newPhone();
  const brand = await call('GET', '/brand');
  const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>';
  await call('PUT', '/brand', { ...brand, thanks: { en: 'See you at the table.' }, sorry: { en: 'We owe you one.' }, logo });
  await sleep(CATALOG_AGE);
  const store = await newStore();
  for (const [scores, end, words] of [[[9, 5], 'thanks', 'See you at the table.'], [[9, 1], 'sorry', 'We owe you one.']]) {
    const { link } = await newLink(store);
    const guest = await Guest.of(link);
    assert.match(guest.all('logo')[0].style, /^background-image: url\("data:image\/svg\+xml,[^"]+"\)$/);
    await guest.answerAndSend(...scores);
    await guest.end(end);
    assert.equal(guest.data.end.more, words);
    assert.equal(guest.all('seal').length, end === 'thanks' ? 1 : 0);
    guest.close();
  }
  await call('PUT', '/brand', brand);
  await sleep(CATALOG_AGE);
});

test('the words are written from the files of the web pages, in every language alike', () => {
  const { wordsIn, languageName } = require(join(MINI_PROGRAM, 'survey/words.js'));
  assert.ok(readFileSync(FILE, 'utf8') === written(), 'words/ has changed: node tests/mini-program/words.mjs');
  const shape = (words) => Object.entries(words).map(([key, value]) => (typeof value === 'string' ? key : [key, shape(value)]));
  for (const [tag, { name }] of Object.entries(FILES)) {
    assert.deepEqual(shape(wordsIn(tag)), shape(wordsIn('zh-CN')), tag);
    assert.equal(languageName(tag), name);
  }
  const nearest = { 'zh_HK': 'zh-TW', 'zh-Hant-CN': 'zh-TW', 'zh': 'zh-CN', 'fr-CA': 'fr', 'pt': 'en' };
  for (const [wanted, tag] of Object.entries(nearest)) assert.equal(wordsIn(wanted), wordsIn(tag), wanted);
});

test('the colours are those of the web pages, in the light and in the dark', () => {
  const web = readFileSync(join(ROOT, 'shared/service/src/pages/page.css'), 'utf8');
  const here = readFileSync(join(MINI_PROGRAM, 'survey/survey.wxss'), 'utf8');
  const tokens = (css) => Object.fromEntries([...css.matchAll(/--([a-z]+):\s*(#[0-9a-f]+)/g)].map(([, name, colour]) => [name, colour]));
  const parts = (css) => css.split(/@media\s*\(prefers-color-scheme:\s*dark\)/);
  for (const [scheme, at] of [['light', 0], ['dark', 1]]) {
    const [theirs, ours] = [tokens(parts(web)[at].split('body{')[0]), tokens(parts(here)[at])];
    delete ours.brand;
    assert.equal(Object.keys(ours).length, 7, scheme);
    for (const [name, colour] of Object.entries(ours)) assert.equal(colour, theirs[name], `${scheme} --${name}`);
  }
});

test('the faces are those of the web page', () => {
  const mouths = (file) => readFileSync(join(ROOT, file), 'utf8').match(/"?'?M7.5 17.5q4.5-6 9 0[\s\S]*?\]/)[0].match(/M[^'"]+/g);
  assert.deepEqual(mouths('miniprogram/survey/drawing.js'), mouths('shared/service/src/pages/survey.rs'));
  assert.equal(mouths('miniprogram/survey/drawing.js').length, 5);
});

test('every class that is drawn has a style, and every style is of a class that is drawn', () => {
  const markup = readFileSync(join(MINI_PROGRAM, 'survey/survey.wxml'), 'utf8');
  const style = readFileSync(join(MINI_PROGRAM, 'survey/survey.wxss'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const drawn = new Set([...markup.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names.match(/(?<!\.)\b[a-z][a-z-]+(?=[ "']|$)/g)));
  const styled = new Set([...style.matchAll(/\.([a-z][a-z-]*)/g)].map(([, name]) => name));
  // Only read by these checks, or distinguished by the elements around them.
  for (const name of ['store', 'notices', 'privacy', 'more', 'scale-low']) drawn.delete(name);
  // Their names come from the questions.
  for (const name of ['stars', 'faces']) drawn.add(name);
  assert.deepEqual([...drawn].filter((name) => !styled.has(name)), []);
  const hovers = [...markup.matchAll(/hover-class="([^"]*)"/g)].map(([, name]) => name);
  assert.deepEqual([...styled].filter((name) => !drawn.has(name) && !hovers.includes(name)), []);
});

if (HAS_COMPILER) {
  test("WeChat's own compiler takes the style sheet", () => {
    const { wxssToJs } = require('miniprogram-compiler');
    assert.match(wxssToJs(MINI_PROGRAM), /survey\/survey\.wxss/);
  });
}
