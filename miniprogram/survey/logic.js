// Which questions guests are asked, and when they are done: of the web page and of the mini-program alike. Each has
// this file beside its own, in shared/service/src/pages/ and miniprogram/survey/. A test fails when the two differ.
//
// It runs in old webviews as it stands: ES2017, no imports, nothing of the DOM or of WeChat.
// A question is `{ id, kind, required, ask_if }`, as `GET /s/{link}` gives it. Answers are by question: a number for a
// scale, a list of options for a choice (also when one may be chosen), a text for a text.

// Characters that show nothing: spaces, controls, and what only joins or turns others.
const BLANK = new RegExp(
  '[\\s\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f' +
    '\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]',
  'gu',
);

/** Whether there is an answer: a text that shows nothing is none. */
function isGiven(answer) {
  if (typeof answer === 'string') return answer.replace(BLANK, '') !== '';
  return typeof answer === 'number' || (Array.isArray(answer) && answer.length > 0);
}

/** Whether a condition holds, by the answer to the question that it names. */
function holds(condition, answer) {
  if (typeof answer === 'number') {
    return !(answer < condition.at_least) && !(answer > condition.at_most);
  }
  return Array.isArray(answer) && answer.includes(condition.chose);
}

/** The questions to ask, given the answers so far. An answer to a question that is no longer asked decides nothing. */
function asked(questions, answers) {
  const counted = {};
  return questions.filter(({ id, ask_if: condition }) => {
    if (condition && !holds(condition, counted[condition.question])) return false;
    if (isGiven(answers[id])) counted[id] = answers[id];
    return true;
  });
}

/** The answers to send: those given to questions that are asked. */
function kept(questions, answers) {
  const sent = {};
  for (const { id } of asked(questions, answers)) {
    if (isGiven(answers[id])) sent[id] = answers[id];
  }
  return sent;
}

/** The ids of questions that need an answer before it can be sent. */
function missing(questions, answers) {
  return asked(questions, answers).filter(({ id, required }) => required && !isGiven(answers[id])).map(({ id }) => id);
}

/** How far the guest is: `{ done, of }`. */
function progress(questions, answers) {
  return { done: Object.keys(kept(questions, answers)).length, of: asked(questions, answers).length };
}

// Made when the first text needs it: a phone takes its time for that.
let segmenter;

// What belongs to the character before it: marks, tags, skin colours, and what makes a sign a picture.
const JOINED = /^[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]$/u;
const FLAG = /^[\u{1f1e6}-\u{1f1ff}]$/u;

/** The characters of a text, as a person counts them: a family of four is one. Old phones know the common cases. */
function split(text) {
  if (/^[\u0020-\u007e\n]*$/.test(text)) return Array.from(text);
  if (segmenter === undefined) segmenter = typeof Intl === 'object' && Intl.Segmenter ? new Intl.Segmenter() : null;
  if (segmenter) return Array.from(segmenter.segment(text), ({ segment }) => segment);
  const found = [];
  for (const point of Array.from(text)) {
    const last = found[found.length - 1] || '';
    const isOne = JOINED.test(point) || point === '\u200d' || last.endsWith('\u200d') || (FLAG.test(point) && FLAG.test(last));
    if (last && isOne) found[found.length - 1] += point;
    else found.push(point);
  }
  return found;
}

/** How many characters a text has. */
function characters(text) {
  return split(text).length;
}

/** A text cut to so many characters. */
function cut(text, most) {
  const found = split(text);
  return found.length > most ? found.slice(0, most).join('') : text;
}

/** Whether a reply asks to be tried again; 0 stands for no reply at all. */
function isWorthRetrying(status) {
  return status === 0 || status === 429 || status >= 500;
}

/** Milliseconds until the next attempt: 1, 2, 4, 8, then 15 seconds. */
function pauseBefore(attempt) {
  return Math.min(1000 * 2 ** attempt, 15000);
}

module.exports = { isGiven, asked, kept, missing, progress, characters, cut, isWorthRetrying, pauseBefore };
