// Extras of a survey's page beyond a plain form. Without this script it works all the same.
// ES2017, for the webviews of old phones. Before it stand logic.js, notes.js, form.js and visit.js: see script.rs.

const address = (end) => location.pathname + '?lang=' + document.documentElement.lang + (end ? '&end=' + end : '');

// Takes off what a page that is replaced had put on.
let leave = () => {};

function start() {
  const survey = document.querySelector('.survey');
  const end = document.querySelector('[data-end]');
  const { answered, submission, followed } = notes.read();
  const isByAddress = location.search.includes('end=');
  if (end && end.dataset.end === 'taken-back') notes.drop();
  // An end that this phone knows nothing of: the answer was taken back, and somebody went back to its thanks.
  else if (end && !answered && isByAddress) location.replace(address(''));
  // The server, which got an address alone, does not know who asks. A form's reply has all that there is.
  else if (end && isByAddress) offer(end, submission, followed);
  else if (survey && answered) location.replace(address('answered'));
  else if (survey) ask(survey);
}

// With the submission that it was sent with, an answer is taken back, and the store's reply to it is seen. Without one
// the forms for that stay hidden.
function offer(end, submission, followed) {
  if (!submission) return;
  for (const form of end.querySelectorAll('form')) {
    form.querySelector('[name=submission]').value = submission;
    form.hidden = form.className === 'case' && !followed;
  }
}

function ask(survey) {
  // The features that the script needs; an older browser keeps the plain form.
  if (!window.fetch || !window.DOMParser || !survey.closest) return;
  const form = new Form(survey);
  const visit = new Visit(form);
  watchLeaving(visit);
  watchAnswering(form, visit);
  // The browser's own bubbles would stand in for the words here.
  form.button.formNoValidate = true;
  form.bar.hidden = false;
  for (const counter of survey.querySelectorAll('.counter')) counter.hidden = false;
  const { shown, answers, reply, sending, submission } = visit.draft;
  // An answer sent before the page was closed may have come through: with the same submission it is the same.
  if (submission) form.submission.value = submission;
  // Answers that the server shows again are newer than the draft. Of an earlier version of the survey, the answers go
  // to the questions that are still there. Another survey asks something else, whatever its questions are called.
  const isSame = Boolean(shown) && shown.split(' ')[0] === form.shown.split(' ')[0];
  if (!form.isAnswered() && isSame) form.fill(answers, reply);
  form.draw();
  if (form.isAnswered()) visit.keep();
  // The page was closed while its answer waited for the network. It goes out as it was written, under the version that
  // was shown. Of a page from before this version of the script only whether it waited is known.
  if (typeof sending === 'string' && sending && isSame) visit.go(sending);
  else if (sending && shown === form.shown) visit.submit();
}

function watchLeaving(visit) {
  const go = () => visit.beacon();
  const hide = () => { if (document.visibilityState === 'hidden') go(); };
  const back = () => { visit.isMoving = false; };
  document.addEventListener('visibilitychange', hide);
  addEventListener('pagehide', go);
  addEventListener('pageshow', back);
  leave = () => {
    document.removeEventListener('visibilitychange', hide);
    removeEventListener('pagehide', go);
    removeEventListener('pageshow', back);
  };
  // Another language is the same answer: it goes along in the draft.
  for (const link of document.querySelectorAll('footer a')) {
    link.addEventListener('click', (event) => {
      visit.isMoving = !event.ctrlKey && !event.metaKey && !event.shiftKey && visit.keep();
    });
  }
}

function watchAnswering(form, visit) {
  const { survey } = form;
  // A tap on a score moves on. Arrow keys also change a score, on the way to another: they do not.
  let tapped = false;
  survey.addEventListener('pointerdown', () => { tapped = true; });
  survey.addEventListener('keydown', (event) => {
    tapped = false;
    // Only the button sends, and no key that is pressed while choosing.
    if (event.key === 'Enter' && event.target.tagName === 'INPUT') event.preventDefault();
  });
  survey.addEventListener('input', ({ target, isComposing }) => {
    if (target.type === 'textarea' && !isComposing) form.cut(target);
    form.draw();
    visit.keep();
    const box = target.closest('.question');
    if (!box) return;
    form.mark(box, false);
    const next = tapped && target.type === 'radio' && form.after(box);
    if (next) form.bring(next, 'nearest');
  });
  survey.addEventListener('compositionend', ({ target }) => {
    form.cut(target);
    form.draw();
    visit.keep();
  });
  survey.addEventListener('submit', (event) => {
    event.preventDefault();
    visit.submit();
  });
}

// A page that comes back as it was may have been overtaken.
addEventListener('pageshow', (event) => { if (event.persisted && document.querySelector('[data-end]')) start(); });
notes.dropExpired();
start();
