// Which questions guests are asked, and when they are done: of the web page and of the mini-program alike. Each has
// this file beside its own, in shared/service/src/pages/ and miniprogram/survey/. A test fails when the two differ.
//
// It runs in old webviews as it stands: ES2017, no imports, nothing of the DOM or of WeChat.
// A question is `{ id, kind, required, ask_if }`, as `GET /s/{link}` gives it. Answers are by question: a number for a
// scale, a list of options for a choice (also when one may be chosen), a text for a text.

/** Whether there is an answer: a text of spaces is none. */
function isGiven(answer) {
  if (typeof answer === 'string') return answer.trim() !== '';
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

/** How many characters a text has, as a person counts them: an emoji outside the basic plane is one. */
function characters(text) {
  return Array.from(text).length;
}

/** A text cut to so many characters. */
function cut(text, most) {
  return characters(text) > most ? Array.from(text).slice(0, most).join('') : text;
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
