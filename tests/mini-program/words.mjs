// Writes the words of the mini-program from the files in words/, which have those of the web pages too.
//
//   node tests/mini-program/words.mjs

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ROOT } from '../program.mjs';

export const FILE = join(ROOT, 'miniprogram/survey/words.js');

/** The languages that there are words in, as their files have them. */
export const FILES = Object.fromEntries(
  readdirSync(join(ROOT, 'words'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(ROOT, 'words', name), 'utf8'))]),
);

const said = ({ title, detail }, more) => ({ title, more: detail, ...more });

/** Its words for an answer that is followed up. */
const followUpWords = (guest, followUp) => ({
  promise: guest.store_replies,
  see: guest.see_reply,
  open: followUp.open,
  taken: followUp.taken,
  answered: followUp.answered,
  closed: followUp.closed,
  reply: followUp.reply,
  ask: followUp.ask,
  solved: followUp.solved,
  notSolved: followUp.not_solved,
  saidSolved: followUp.said_solved,
  saidNotSolved: followUp.said_not_solved,
  noMore: followUp.no_more,
  award: followUp.award,
  code: followUp.code,
  redeemed: followUp.redeemed,
  contact: followUp.contact,
  contactHow: followUp.contact_how,
  agreed: followUp.agreed,
  leave: followUp.leave,
  left: followUp.left,
  forget: followUp.forget,
  back: followUp.back,
  notNow: followUp.not_now,
  contactWrong: followUp.contact_wrong,
});

/** The mini-program's words in a language. */
function wordsOf({ guest, case: followUp, problems, mini_program: own }) {
  return {
    loading: own.loading,
    send: guest.submit,
    sending: guest.sending,
    optional: guest.optional,
    more: guest.more,
    asksReply: guest.asks_reply,
    progress: own.progress,
    mend: guest.mend,
    missing: guest.missing,
    nothing: guest.nothing,
    shorten: guest.too_long,
    malformed: guest.malformed,
    questionsChanged: guest.questions_changed,
    tookBack: guest.taken_back_before,
    notTakenBack: problems.not_taken_back.detail,
    offline: guest.offline,
    busy: guest.busy,
    tooLong: own.too_long,
    tryLater: own.try_later,
    followUp: followUpWords(guest, followUp),
    ends: {
      'thanks': { title: guest.thanks, more: guest.thanks_more, button: guest.take_back },
      'sorry': { title: guest.sorry, more: guest.sorry_more, button: guest.take_back },
      'answered': { title: guest.answered, more: guest.answered_more, offer: guest.answered_back, button: guest.take_back },
      'taken-back': { title: guest.taken_back, more: guest.taken_back_more, button: guest.again },
      'link-unknown': said(problems.link_unknown),
      'link-expired': said(problems.link_expired),
      'link-from-the-future': said(problems.link_from_the_future, { button: own.try_again }),
      'survey-over': said(problems.over),
      'offline': said(own.offline, { button: own.try_again }),
      'unavailable': said(own.unavailable, { button: own.try_again }),
    },
  };
}

/** The file as it is to be. */
export function written() {
  // A language a line: it is the files that people read.
  const lines = (of) => Object.entries(FILES).map(([tag, file]) => `  '${tag}': ${JSON.stringify(of(file))},`).join('\n');
  return `// Written from words/ by tests/mini-program/words.mjs: change the words there.

const WORDS = {
${lines(wordsOf)}
};

const NAMES = {
${lines(({ name }) => name)}
};

/** The words nearest to a language: Chinese by its script, English where there are none. */
function wordsIn(language) {
  const parts = language.toLowerCase().split(/[-_]/);
  if (parts[0] !== 'zh') return WORDS[parts[0]] || WORDS['en'];
  return WORDS[parts.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-TW' : 'zh-CN'];
}

/** A language's name for itself. */
function languageName(language) {
  return NAMES[language] || language;
}

module.exports = { wordsIn, languageName };
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, written());
