// The survey as a page of a WeChat mini-program. It asks what the web page asks, of the same functions: GET /s/{link}
// for the questions, POST /s/{link} for the answers, DELETE /s/{link} to take them back (docs/http-api.md).
//
// What a guest sees is in `data`, and only `show…` and `draw…` write it. What she answered and how far her visit is
// stands in the fields that `created` lists.

const config = require('./config');
const drafts = require('./drafts');
const logic = require('./logic');
const { languageName, wordsIn } = require('./words');

const LINK = /^[A-Za-z0-9_-]{32}$/;
const LINK_IN_ADDRESS = /\/s\/([A-Za-z0-9_-]{32})(?:[/?#]|$)/;
const LANGUAGE_IN_ADDRESS = /[?&]lang=([A-Za-z0-9-]{2,35})/;

// What the server takes no text with: all control characters but tabs and the ends of lines.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f]/;

// The server ends a call after 8 seconds.
const LONGEST_CALL = 10000;

// How far above a question a scroll ends, in px: the bar of progress stays at the top.
const ABOVE_QUESTION = -24;

// What the button of an end does.
const END_BUTTONS = {
  'thanks': 'takeBack',
  'answered': 'takeBack',
  'taken-back': 'load',
  'link-from-the-future': 'load',
  'offline': 'load',
  'unavailable': 'load',
};

// Problems after which the link will never take an answer again.
const LAST_ENDS = { 'link-unknown': 'link-unknown', 'link-expired': 'link-expired' };
// Problems that the store can mend. What was answered stays.
const OTHER_ENDS = {
  'link-from-the-future': 'link-from-the-future',
  'store-unknown': 'survey-over',
  'survey-unknown': 'survey-over',
};

/** What WeChat has encoded once; nothing if it is not there or mangled. */
function decoded(parameter) {
  try {
    return decodeURIComponent(parameter || '');
  } catch (error) {
    return '';
  }
}

/** The language of WeChat itself, which it writes `zh_CN`. */
function wechatLanguage() {
  const { language } = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync();
  return (language || 'zh_CN').replace(/_/g, '-');
}

/** Calls the server; `done` gets `{ status, data }`, with the status 0 for no reply at all. */
function call(method, path, body, done) {
  return wx.request({
    url: config.server + path,
    method,
    data: body,
    header: { 'Accept': 'application/json', 'Content-Type': 'application/json' },
    timeout: LONGEST_CALL,
    success: ({ statusCode, data }) => done({ status: statusCode, data }),
    fail: () => done({ status: 0 }),
  });
}

/** The kind of a problem: the end of its type, such as `link-expired`. */
function kindOf({ data }) {
  return String((data && data.type) || '').split('/').pop();
}

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

/** The answers as the server takes them: of a choice of one, the one. */
function toSend(questions, answers) {
  const sent = logic.kept(questions, answers);
  for (const { id, kind, many } of questions) {
    if (kind === 'choice' && !many && sent[id]) sent[id] = sent[id][0];
  }
  return sent;
}

/** White or near-black, whichever is read better on a colour: by WCAG 2.2 both are at a luminance of about 0.18. */
function inkOn(colour) {
  const channel = (at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) > 0.18 ? '#1d1b1a' : '#fff';
}

/** What the page draws of a question. */
function drawn(question, answer, mistake) {
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
  const picks = [];
  for (let value = question.min; value <= question.max; value += 1) {
    // Read aloud, a number alone does not say which end is which.
    const meaning = (value === question.min && low) || (value === question.max && high);
    picks.push({ value, spoken: meaning ? `${value}, ${meaning}` : String(value), chosen: value === answer });
  }
  return Object.assign(common, { low: low || '', high: high || '', picks });
}

Component({
  data: {
    // 'loading', 'survey' or 'end'.
    stage: 'loading',
    words: wordsIn('zh-CN'),
    brand: null,
    store: '',
    title: '',
    // What to say above the questions, and what below the button.
    notices: [],
    status: '',
    questions: [],
    progress: { done: 0, of: 0, percent: 0, text: '' },
    sending: false,
    privacy: '',
    languages: [],
    end: null,
  },

  lifetimes: {
    created() {
      // Where the visit is asked about, and in which language.
      this.link = '';
      this.language = '';
      // The survey as the server gave it, and what was answered: see logic.js.
      this.survey = null;
      this.answers = {};
      // What is wrong, by question.
      this.mistakes = {};
      // One id for everything that this guest sends of this visit.
      this.submission = '';
      // Milliseconds that the survey was looked at before, and since when it is again; 0 while it is not.
      this.looked = 0;
      this.lookingSince = 0;
      // Whether a request is under way that the guest waits for. Taps are passed over meanwhile, so that no impatient
      // one sends anything twice.
      this.isBusy = false;
      // The whole submission from the tap on "send" until the server has decided; and whether it is on its way, or
      // waits for `timer` or the network.
      this.whole = null;
      this.isOnItsWay = false;
      this.attempt = 0;
      this.timer = null;
      // The partial answers that were sent last, as JSON, and their request.
      this.partial = '';
      this.partialRequest = null;
      // After this there is no page to draw on.
      this.isGone = false;
    },

    attached() {
      this.onNetwork = ({ isConnected }) => {
        if (!isConnected) return;
        if (this.whole) this.sendWhole();
        else if (this.data.end && this.data.end.name === 'offline' && !this.isBusy) this.load();
      };
      wx.onNetworkStatusChange(this.onNetwork);
    },

    detached() {
      this.leave();
      this.isGone = true;
      if (!this.whole) this.stopListening();
    },
  },

  // WeChat calls a page that is written as a component by these, or by the methods onShow, onHide and onUnload, or by
  // both. Each may be called twice.
  pageLifetimes: {
    show() {
      this.comeBack();
    },
    hide() {
      this.leave();
    },
  },

  methods: {
    // ── Coming and going ───────────────────────────────────────────────────────────────────────────────────────────

    onLoad(query) {
      const scene = decoded(query.scene);
      const address = decoded(query.q);
      const inAddress = LINK_IN_ADDRESS.exec(address);
      const language = LANGUAGE_IN_ADDRESS.exec(address);
      if (LINK.test(scene)) this.link = scene;
      else if (inAddress) this.link = inAddress[1];
      this.language = language ? language[1] : wechatLanguage();
      if (this.link) this.restore();
      this.setData({ words: wordsIn(this.language) });
      if (this.link) this.load();
      else this.showEnd('link-unknown');
    },

    onShow() {
      this.comeBack();
    },

    onHide() {
      this.leave();
    },

    onUnload() {
      this.leave();
    },

    comeBack() {
      if (this.survey && this.data.stage === 'survey' && !this.lookingSince) this.lookingSince = Date.now();
      // A phone in a pocket stops timers and cuts requests off.
      if (this.whole) this.sendWhole();
    },

    /** The guest goes, for a moment or for good: what she has answered is kept, and sent. */
    leave() {
      if (this.whole) {
        this.sendWhole();
        return;
      }
      if (!this.survey || this.data.stage !== 'survey') return;
      this.looked += this.lookingSince && Date.now() - this.lookingSince;
      this.lookingSince = 0;
      this.sendPartial();
      this.keepDraft();
    },

    stopListening() {
      if (wx.offNetworkStatusChange) wx.offNetworkStatusChange(this.onNetwork);
    },

    // ── The draft ──────────────────────────────────────────────────────────────────────────────────────────────────

    restore() {
      this.draft = drafts.read(this.link);
      if (!this.draft) return;
      // What she chose herself comes before what the link or WeChat says.
      this.language = this.draft.language;
      this.looked = this.draft.looked || 0;
      this.submission = this.draft.submission || '';
      this.partial = this.draft.partial || '';
    },

    /** Keeps what is answered, and whether it waits to be sent or has been answered otherwise. */
    keepDraft({ waiting = false, answered = false } = {}) {
      const { survey, version, questions, expires_at: until } = this.survey;
      const { answers, language, looked, submission, partial } = this;
      if (Object.keys(logic.kept(questions, answers)).length) {
        const draft = { survey, version, until, answers, language, looked, submission, partial, waiting, answered };
        drafts.keep(this.link, draft);
      } else {
        drafts.drop(this.link);
      }
    },

    /** Of what was recorded, only that it was is kept: who opens the link again is told so. */
    keepAnswered() {
      drafts.keep(this.link, { until: this.survey.expires_at, language: this.language, answered: true });
    },

    // ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────────

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
        // Who only wanted another language, or has just been told of other questions, keeps those on the screen.
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
      if (draft.survey === survey.survey) this.answers = draft.answers;
      this.survey = survey;
      this.language = survey.language;
      this.answers = fitting(survey.questions, this.answers);
      this.mistakes = {};
      this.submission = this.submission || survey.submission;
      this.lookingSince = this.lookingSince || Date.now();
      const words = wordsIn(survey.language);
      const { name, colour } = survey.brand;
      wx.setNavigationBarTitle({ title: name });
      this.setData({
        stage: 'survey',
        words,
        brand: { name, colour, ink: inkOn(colour), letter: Array.from(name)[0] },
        store: survey.store,
        title: survey.title,
        notices: notice ? [words[notice]] : [],
        status: '',
        sending: false,
        privacy: survey.privacy,
        languages: survey.languages.map((tag) => ({ tag, name: languageName(tag), current: tag === survey.language })),
        end: null,
      });
      this.drawQuestions();
      if (notice) wx.pageScrollTo({ scrollTop: 0 });
      if (draft.answered) this.showEnd('answered');
      // The mini-program was closed while it waited for the network.
      // Answers to other questions, or to other words, she has to see first.
      const isSame = draft.survey === survey.survey && draft.version === survey.version;
      if (draft.waiting && isSame) this.onSend();
    },

    /** Shows the end that a problem brings, if it is one that does. */
    endsWith(kind) {
      if (LAST_ENDS[kind]) drafts.drop(this.link);
      const end = LAST_ENDS[kind] || OTHER_ENDS[kind];
      if (end) this.showEnd(end);
      return Boolean(end);
    },

    showEnd(name) {
      if (this.isGone) return;
      const end = Object.assign({ name }, this.data.words.ends[name]);
      // The brand may have words of its own.
      if (name === 'thanks') end.more = this.survey.thanks;
      this.lookingSince = 0;
      this.setData({ stage: 'end', end, status: '', sending: false });
      wx.pageScrollTo({ scrollTop: 0, duration: 0 });
    },

    onLanguage(event) {
      const { language } = event.currentTarget.dataset;
      if (this.isBusy || this.whole || language === this.language) return;
      this.language = language;
      this.load();
    },

    // ── Answering ──────────────────────────────────────────────────────────────────────────────────────────────────

    /** Draws the questions that are asked, given the answers; `then` is called when they can be seen. */
    drawQuestions(then) {
      const questions = logic.asked(this.survey.questions, this.answers)
        .map((question) => drawn(question, this.answers[question.id], this.mistakes[question.id]));
      this.setData({ questions, progress: this.progress() }, then);
    },

    progress() {
      const { done, of } = logic.progress(this.survey.questions, this.answers);
      const text = this.data.words.progress.replace('{done}', done).replace('{of}', of);
      return { done, of, percent: Math.round((100 * done) / of), text };
    },

    onPick(event) {
      if (this.whole) return;
      const { question: id, value } = event.currentTarget.dataset;
      const question = this.survey.questions.find((one) => one.id === id);
      if (question.kind === 'scale') this.answers[id] = Number(value);
      else if (!question.many) this.answers[id] = [value];
      else this.answers[id] = this.toggled(question, value);
      delete this.mistakes[id];
      // One tap answers and goes on.
      this.drawQuestions(question.kind === 'scale' ? () => this.scrollPast(id) : undefined);
      this.keepDraft();
    },

    /** The options chosen of many, with one of them added or taken out. */
    toggled(question, value) {
      const before = this.answers[question.id] || [];
      const isChosen = (id) => (id === value ? !before.includes(id) : before.includes(id));
      return question.options.map(({ id }) => id).filter(isChosen);
    },

    onType(event) {
      const { question: id } = event.currentTarget.dataset;
      const at = this.data.questions.findIndex((question) => question.id === id);
      if (this.whole || at < 0) return;
      const typed = event.detail.value;
      const text = logic.cut(typed, this.data.questions[at].most);
      this.answers[id] = text;
      delete this.mistakes[id];
      // Not the text itself: to set what is being typed moves the cursor.
      const changes = { progress: this.progress() };
      changes[`questions[${at}].length`] = logic.characters(text);
      changes[`questions[${at}].mistake`] = '';
      this.setData(changes);
      if (text !== typed) {
        // WeChat passes over a text that is the one it was given before, so it gets the one that is there first.
        const answer = `questions[${at}].answer`;
        this.setData({ [answer]: typed }, () => this.setData({ [answer]: text }));
      }
      this.keepDraft();
    },

    /** Scrolls to what comes after a question: the next one, or the button. */
    scrollPast(id) {
      const at = this.data.questions.findIndex((question) => question.id === id);
      const next = this.data.questions[at + 1];
      this.scrollTo(next ? `#question-${next.id}` : '#send');
    },

    scrollTo(selector) {
      wx.pageScrollTo({ selector, offsetTop: ABOVE_QUESTION });
    },

    // ── Sending ────────────────────────────────────────────────────────────────────────────────────────────────────

    /** What is sent of this visit, by now. */
    submissionNow() {
      const { survey, version, questions } = this.survey;
      const looked = this.looked + (this.lookingSince && Date.now() - this.lookingSince);
      const answers = toSend(questions, this.answers);
      return { submission: this.submission, survey, version, answers, seconds: Math.round(looked / 1000) };
    },

    onSend() {
      if (this.isBusy || this.whole) return;
      const { words } = this.data;
      const missing = logic.missing(this.survey.questions, this.answers);
      if (missing.length) {
        this.showMistakes(missing.map((question) => ({ question, detail: words.missing })));
        return;
      }
      this.whole = this.submissionNow();
      this.attempt = 0;
      // What is on its way in part could arrive after the whole.
      if (this.partialRequest) this.partialRequest.abort();
      this.keepDraft({ waiting: true });
      this.setData({ sending: true, notices: [], status: '' });
      this.sendWhole();
    },

    /** Sends the whole now, unless it is on its way, and again until the server has decided. */
    sendWhole() {
      clearTimeout(this.timer);
      if (this.isOnItsWay) return;
      this.isOnItsWay = true;
      call('POST', `/s/${this.link}?lang=${this.language}`, this.whole, (reply) => {
        this.isOnItsWay = false;
        if (logic.isWorthRetrying(reply.status)) {
          this.timer = setTimeout(() => this.sendWhole(), logic.pauseBefore(this.attempt));
          this.attempt += 1;
          const { offline, busy } = this.data.words;
          if (!this.isGone) this.setData({ status: reply.status === 0 ? offline : busy });
          return;
        }
        this.whole = null;
        this.decided(reply);
        if (this.isGone) this.stopListening();
      });
    },

    /** What the server has made of the whole. */
    decided(reply) {
      const kind = kindOf(reply);
      if (reply.status === 200 || reply.status === 201) {
        this.keepAnswered();
        this.showEnd('thanks');
        return;
      }
      this.keepDraft({ answered: kind === 'already-answered' });
      if (this.isGone || this.endsWith(kind)) return;
      this.setData({ sending: false, status: '' });
      if (kind === 'already-answered') this.showEnd('answered');
      else if (kind === 'survey-changed') this.load('questionsChanged');
      else if (kind === 'answers-invalid') this.showMistakes(reply.data.errors.map((error) => this.inWords(error)));
      else this.showProblem(kind, reply.data);
    },

    /** A mistake that the server found, in the words of the page if a guest can have made it. */
    inWords({ question, detail }) {
      const { words } = this.data;
      if (CONTROL_CHARACTERS.test(this.answers[question])) return { question, detail: words.controlCharacters };
      if (logic.progress(this.survey.questions, this.answers).done === 0) return { question, detail: words.nothing };
      return { question, detail };
    },

    /** Something that only a program can have done wrong keeps the server's words. */
    showProblem(kind, problem) {
      const { tooLong, tryLater } = this.data.words;
      this.setData({ status: kind === 'body-too-large' ? tooLong : (problem && problem.detail) || tryLater });
    },

    /** Shows mistakes, each `{ question, detail }`, beside their questions, and the others above them all. */
    showMistakes(mistakes) {
      this.mistakes = {};
      for (const { question, detail } of mistakes) this.mistakes[question] = detail;
      const questions = logic.asked(this.survey.questions, this.answers);
      const first = questions.find(({ id }) => this.mistakes[id]);
      const elsewhere = mistakes.filter(({ question }) => !questions.some(({ id }) => id === question));
      this.setData({ notices: [this.data.words.mend].concat(elsewhere.map(({ detail }) => detail)) });
      this.drawQuestions(() => this.scrollTo(first ? `#question-${first.id}` : '#notices'));
    },

    /** Sends what is answered so far, once for the same answers. The draft stays: she may come back and finish. */
    sendPartial() {
      const body = Object.assign(this.submissionNow(), { partial: true });
      const answers = JSON.stringify(body.answers);
      if (answers === '{}' || answers === this.partial) return;
      this.partial = answers;
      this.partialRequest = call('POST', `/s/${this.link}?lang=${this.language}`, body, ({ status }) => {
        this.partialRequest = null;
        // What did not arrive is not tried again by itself, but when she leaves the next time.
        if (!logic.isWorthRetrying(status)) return;
        if (this.partial === answers) this.partial = '';
        const draft = drafts.read(this.link);
        if (draft && draft.partial === answers) drafts.keep(this.link, Object.assign(draft, { partial: '' }));
      });
    },

    // ── At the end ─────────────────────────────────────────────────────────────────────────────────────────────────

    onEndButton() {
      this[END_BUTTONS[this.data.end.name]]();
    },

    takeBack() {
      if (this.isBusy) return;
      this.isBusy = true;
      call('DELETE', `/s/${this.link}`, undefined, (reply) => {
        this.isBusy = false;
        if (this.isGone) return;
        if (reply.status === 204) {
          this.beginAnew();
          this.showEnd('taken-back');
        } else if (!this.endsWith(kindOf(reply))) {
          this.setData({ status: this.data.words.tryLater });
        }
      });
    },

    /** As if nothing had been answered. After "already answered" her draft stays: it is what she wanted to say. */
    beginAnew() {
      const draft = drafts.read(this.link);
      if (draft && draft.answers) drafts.keep(this.link, Object.assign(draft, { answered: false, submission: '', partial: '' }));
      else drafts.drop(this.link);
      this.survey = null;
      this.answers = {};
      this.submission = '';
      this.looked = 0;
      this.partial = '';
      this.restore();
    },
  },
});
