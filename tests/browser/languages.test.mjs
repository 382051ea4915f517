// Every guest reads every page in a language of theirs.
//
//   npm ci --prefix tests/browser
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/browser/languages.test.mjs

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { follow, stop } from './stack.mjs';
import { DINE_IN, PHONE, end, finish, guest, open, startForGuests, submit, takeBack } from './visit.mjs';
import { LANGUAGES, WORDS } from './words.mjs';

before(() => startForGuests());
after(stop);

/** That everything on a survey's page is in a language. */
async function assertSurveyIn(page, language) {
  const { title, questions } = DINE_IN;
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  assert.equal(await page.title(), title[language]);
  assert.equal(await page.locator('h1').innerText(), title[language]);
  const read = await page.locator('.question').evaluateAll((boxes) =>
    boxes.map((box) => [box.dataset.id, box.querySelector('legend, label[for]').innerText.trim()]),
  );
  assert.ok(read.length >= 4);
  for (const [id, words] of read) {
    assert.equal(words, questions.find((question) => question.id === id).text[language]);
  }
  assert.ok((await page.locator('.more h2').innerText()).endsWith(WORDS[language].optional));
  assert.equal(await page.locator('.survey button').innerText(), WORDS[language].send);
  assert.equal(await page.locator('footer [aria-current]').innerText(), WORDS[language].own);
}

for (const language of LANGUAGES) {
  guest(`every page in ${language}`, { ...PHONE, locale: language }, async ({ page, path }) => {
    await open(page, path);
    await assertSurveyIn(page, language);
    const words = WORDS[language];
    const isIn = async (heading) => {
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      assert.equal(await page.locator('h1').innerText(), heading);
      assert.equal(await page.title(), heading);
    };
    await submit(page);
    assert.deepEqual(await page.locator('[role=alert]').allInnerTexts(), [words.missing, words.missing]);
    await finish(page);
    await isIn(words.thanks);
    await open(page, path);
    await end(page, 'answered');
    await isIn(words.answered);
    await page.getByText(words.offer).waitFor();
    assert.equal(await page.locator('[name=take_back]').innerText(), words.takeBack);
    await takeBack(page);
    await isIn(words.takenBack);
    await follow(page, () => page.getByText(words.again).click());
    await assertSurveyIn(page, language);
    // Another language stays for the rest of the visit, in spite of the phone's.
    for (const other of LANGUAGES) {
      await follow(page, () => page.locator('footer').getByText(WORDS[other].own).click());
      await assertSurveyIn(page, other);
    }
    await open(page, `/s/${'A'.repeat(32)}`);
    await isIn(words.noLink);
  });
}

for (const [wanted, language] of Object.entries({ 'zh-HK': 'zh-TW', 'zh': 'zh-CN', 'en-GB': 'en', 'fr': 'zh-CN' })) {
  guest(`a phone in ${wanted} is served ${language}`, { ...PHONE, locale: wanted }, async ({ page, path }) => {
    await open(page, path);
    await assertSurveyIn(page, language);
  });
}
