// The methods of the page that fetch a survey and show it, or the end that a visit comes to.

const { drawnSurvey } = require('./drawing');
const drafts = require('./drafts');
const logic = require('./logic');
const platform = require('./platform');
const { call, kindOf } = require('./server');
const { wordsIn } = require('./words');

// What the button of an end does.
const END_BUTTONS = {
  'thanks': 'takeBack',
  'sorry': 'takeBack',
  'answered': 'takeBack',
  'taken-back': 'load',
  'link-from-the-future': 'load',
  'offline': 'tryAgain',
  'unavailable': 'tryAgain',
};

// Ends from which a guest goes to the case of their answer.
const SHOWS_CASE = ['thanks', 'sorry', 'answered', 'link-expired'];

// Problems after which the link will never take an answer again.
const LAST_ENDS = { 'link-unknown': 'link-unknown', 'link-expired': 'link-expired' };
// Problems that the store can mend. What was answered stays.
const OTHER_ENDS = {
  'link-from-the-future': 'link-from-the-future',
  'store-unknown': 'survey-over',
  'survey-unknown': 'survey-over',
};

/** The answers that these questions can have: a draft may be older than they are. */
function fitting(questions, answers) {
  const fit = {};
  for (const { id, kind, min, max, options, max_length: most } of questions) {
    const answer = answers[id];
    if (kind === 'scale' && answer >= min && answer <= max) fit[id] = answer;
    if (kind === 'text' && typeof answer === 'string') fit[id] = logic.cut(answer, most);
    if (kind === 'choice' && Array.isArray(answer)) {
      fit[id] = answer.filter((chosen) => options.some((option) => option.id === chosen));
    }
  }
  return fit;
}

module.exports = {
  /** Fetches the survey. `notice` is what to say above it. */
  load(notice) {
    if (this.isBusy) return;
    this.isBusy = true;
    if (this.data.stage === 'end') this.setData({ stage: 'loading', end: null, status: '' });
    call('GET', `/s/${this.link}?lang=${this.language}`, undefined, (reply) => {
      this.isBusy = false;
      if (this.isGone) return;
      if (reply.status === 200 && reply.data && Array.isArray(reply.data.questions)) {
        this.showSurvey(reply.data, notice);
        return;
      }
      const kind = kindOf(reply);
      if (this.endsWith(kind)) return;
      // A guest who wanted another language, or was just told of other questions, keeps those on the screen.
      if (this.data.stage === 'survey') {
        this.language = this.survey.language;
        this.setData({ status: this.data.words.tryLater });
      } else {
        this.showEnd(reply.status === 0 ? 'offline' : 'unavailable');
      }
    });
  },

  showSurvey(survey, notice) {
    const draft = this.draft || {};
    this.draft = null;
    if (draft.survey === survey.survey) {
      this.answers = draft.answers;
      this.asksReply = Boolean(draft.asksReply);
    }
    this.survey = survey;
    this.language = survey.language;
    this.answers = fitting(survey.questions, this.answers);
    this.asksReply = this.asksReply && Boolean(survey.asks_reply);
    this.mistakes = {};
    // The submission of an answer that was taken back brings nothing in any more.
    if (notice === 'tookBack') this.submission = this.partial = '';
    this.submission = this.submission || survey.submission;
    this.lookingSince = this.lookingSince || Date.now();
    const words = wordsIn(survey.language);
    platform.setTitle(survey.brand.name);
    this.setData(Object.assign(drawnSurvey(survey, words, notice), { asksReply: this.asksReply }));
    this.drawQuestions();
    if (notice) platform.scrollTo({ scrollTop: 0 });
    if (draft.answered) this.showEnd('answered');
    // The mini-program was closed while it waited for the network: what was sent goes out again as it was written.
    if (draft.whole) this.send(draft.whole);
  },

  /** Shows the end that a problem brings, if it is one that does. */
  endsWith(kind) {
    // The link of a case outlives its survey's.
    if (LAST_ENDS[kind] && !this.followed) drafts.drop(this.link);
    const end = LAST_ENDS[kind] || OTHER_ENDS[kind];
    if (end) this.showEnd(end);
    return Boolean(end);
  },

  showEnd(name) {
    if (this.isGone) return;
    const end = Object.assign({ name }, this.data.words.ends[name]);
    // The brand may have words of its own.
    const isThanked = name === 'thanks' || name === 'sorry';
    if (isThanked) end.more = this.survey[name];
    // The case of an answer that another phone sent is not this phone's.
    const isFollowed = Boolean(this.followed && this.recorded) && SHOWS_CASE.includes(name);
    if (isFollowed && isThanked && this.followed.promised) end.promise = this.data.words.followUp.promise;
    if (isFollowed) end.see = this.data.words.followUp.see;
    // Only the phone that sent the answer can take it back.
    if (END_BUTTONS[name] === 'takeBack' && !this.recorded) Object.assign(end, { offer: '', button: '' });
    this.lookingSince = 0;
    this.setData({ stage: 'end', end, status: '', sending: false });
    platform.scrollTo({ scrollTop: 0, duration: 0 });
  },

  onLanguage(event) {
    const { language } = platform.dataset(event);
    if (this.isBusy || this.whole || language === this.language) return;
    this.language = language;
    this.load();
  },

  tryAgain() {
    if (this.followed && this.recorded) this.loadCase();
    else this.load();
  },

  onEndButton() {
    this[END_BUTTONS[this.data.end.name]]();
  },
};
