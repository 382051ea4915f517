// What the page draws of a survey: the page's `data` from the questions, the answers and what is wrong with them.
// Nothing here remembers anything.

const logic = require('./logic');
const { languageName } = require('./words');

/** White or near-black, whichever is read better on a colour: by WCAG 2.2 both are at a luminance of about 0.18. */
function inkOn(colour) {
  const channel = (at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) > 0.18 ? '#1d1b1a' : '#fff';
}

/** The numbers of a scale, each with what is read aloud for it. */
function drawnNumbers({ min, max, low_label: low, high_label: high }, answer) {
  const picks = [];
  for (let value = min; value <= max; value += 1) {
    // Read aloud, a number alone does not say which end is which.
    const meaning = (value === min && low) || (value === max && high);
    picks.push({ value, spoken: meaning ? `${value}, ${meaning}` : String(value), chosen: value === answer });
  }
  return picks;
}

/** A question, with what is answered and what is wrong. */
function drawnQuestion(question, answer, mistake) {
  const { id, kind, text, required, many, low_label: low, high_label: high, max_length: most } = question;
  const common = { id, kind, text, optional: !required, mistake: mistake || '' };
  if (kind === 'text') {
    const length = logic.characters(answer || '');
    return Object.assign(common, { answer: answer || '', length, most });
  }
  if (kind === 'choice') {
    const isChosen = (option) => (answer || []).includes(option.id);
    const picks = question.options.map((option) => ({ value: option.id, text: option.text, chosen: isChosen(option) }));
    return Object.assign(common, { many: Boolean(many), picks });
  }
  return Object.assign(common, { low: low || '', high: high || '', picks: drawnNumbers(question, answer) });
}

/** The questions that are asked, given the answers. */
function drawnQuestions(questions, answers, mistakes) {
  return logic.asked(questions, answers).map((question) => {
    return drawnQuestion(question, answers[question.id], mistakes[question.id]);
  });
}

/** How far the answers are, as a bar and as a sentence. */
function drawnProgress(questions, answers, words) {
  const { done, of } = logic.progress(questions, answers);
  const text = words.progress.replace('{done}', done).replace('{of}', of);
  return { done, of, percent: Math.round((100 * done) / of), text };
}

/** What is drawn of a brand. */
function drawnBrand({ name, colour }) {
  return { name, colour, ink: inkOn(colour), letter: Array.from(name)[0] };
}

/** All but the questions and their progress. `notice` names what to say above them. */
function drawnSurvey({ brand, store, title, privacy, language, languages, asks_reply: offersReply }, words, notice) {
  return {
    stage: 'survey',
    words,
    brand: drawnBrand(brand),
    store,
    title,
    notices: notice ? [words[notice]] : [],
    status: '',
    sending: false,
    offersReply: Boolean(offersReply),
    privacy,
    languages: languages.map((tag) => ({ tag, name: languageName(tag), current: tag === language })),
    end: null,
  };
}

module.exports = { drawnBrand, drawnQuestions, drawnProgress, drawnSurvey };
