// What the page draws of a survey: the page's `data` from the questions, the answers and what is wrong with them.
// Nothing here remembers anything.

const logic = require('./logic');
const { languageName } = require('./words');

// The mouths of the faces, from sad to happy: those of the web page.
const MOUTHS = ['M7.5 17.5q4.5-6 9 0', 'M8.5 16.5q3.5-2 7 0', 'M8 16h8', 'M8.5 15q3.5 2 7 0', 'M7 13.5q5 7.5 10 0'];

/** A face, from sad (1) to happy (5), as the shape of an element: what fills it is its colour. */
function face(value) {
  const path = `M12 2a10 10 0 100 20 10 10 0 000-20M9 9v1M15 9v1${MOUTHS[value - 1]}`;
  const line = "fill='none' stroke='%23000' stroke-width='1.5' stroke-linecap='round'";
  const svg = `%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' ${line}%3E%3Cpath d='${path}'/%3E%3C/svg%3E`;
  const mask = `url("data:image/svg+xml,${svg}") center / contain no-repeat`;
  return `-webkit-mask: ${mask}; mask: ${mask}`;
}

/** A number of a scale, or the star or face in its place, with what is read aloud for it. */
function drawnPick({ min, max, low_label: low, high_label: high, look }, value, answer) {
  // Read aloud, a number alone does not say which end is which.
  const meaning = (value === min && low) || (value === max && high);
  const filled = look === 'stars' && value <= answer;
  return {
    value,
    shown: look === 'stars' ? (filled ? '★' : '☆') : String(value),
    face: look === 'faces' ? face(value) : '',
    spoken: meaning ? `${value}, ${meaning}` : String(value),
    chosen: value === answer,
    filled,
  };
}

/** All numbers of a scale. */
function drawnPicks(question, answer) {
  const picks = [];
  for (let value = question.min; value <= question.max; value += 1) picks.push(drawnPick(question, value, answer));
  return picks;
}

/** A question, with what is answered and what is wrong. */
function drawnQuestion(question, answer, mistake, isRest) {
  const { id, kind, text, many, min, max, low_label: low, high_label: high, look, max_length: most } = question;
  const common = { id, kind, text, isRest, mistake: mistake || '' };
  if (kind === 'text') {
    const length = logic.characters(answer || '');
    return Object.assign(common, { answer: answer || '', length, most });
  }
  if (kind === 'choice') {
    const isChosen = (option) => (answer || []).includes(option.id);
    const picks = question.options.map((option) => ({ value: option.id, text: option.text, chosen: isChosen(option) }));
    return Object.assign(common, { many: Boolean(many), picks });
  }
  return Object.assign(common, { min, max, low: low || '', high: high || '', look: look || '', picks: drawnPicks(question, answer) });
}

/** The ids of the questions that have to be answered, and hang on none that may be passed over: they come first. */
function askedFirst(questions) {
  const first = [];
  for (const { id, required, ask_if: condition } of questions) {
    if (required && (!condition || first.includes(condition.question))) first.push(id);
  }
  return first;
}

/** The questions that are asked, given the answers. */
function drawnQuestions(questions, answers, mistakes) {
  const first = askedFirst(questions);
  return logic.asked(questions, answers).map((question) => {
    const { id } = question;
    return drawnQuestion(question, answers[id], mistakes[id], !first.includes(id));
  });
}

/** How far the answers are, as a bar and as a sentence. */
function drawnProgress(questions, answers, words) {
  const { done, of } = logic.progress(questions, answers);
  const text = words.progress.replace('{done}', done).replace('{of}', of);
  return { done, of, percent: Math.round((100 * done) / of), text };
}

/** What is drawn of a brand: its colours as each scheme may use them, where the server says so, and its logo or letter. */
function drawnBrand({ name, colour, light, dark, logo }) {
  const own = { fill: colour, ink: '#fff' };
  const of = (scheme, { fill, ink }) => `--${scheme}-brand: ${fill}; --on-${scheme}-brand: ${ink}`;
  return {
    name,
    colours: `${of('light', light || own)}; ${of('dark', dark || light || own)}`,
    image: logo ? `background-image: url("${logo}")` : '',
    letter: Array.from(name)[0],
  };
}

/** All but the questions and their progress. `notice` names what to say above them. */
function drawnSurvey({ brand, store, visit, title, privacy, language, languages, asks_reply: offersReply }, words, notice) {
  return {
    stage: 'survey',
    words,
    brand: drawnBrand(brand),
    store,
    visit: visit || '',
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
