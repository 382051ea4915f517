// The methods of the page by which answers go to the server, and are taken back. The whole goes once, however long that
// takes. What is there when a guest leaves goes as a part.

const drafts = require('./drafts');
const logic = require('./logic');
const { call, kindOf } = require('./server');

/** The answers as the server takes them: of a choice of one, the one. */
function toSend(questions, answers) {
  const sent = logic.kept(questions, answers);
  for (const { id, kind, many } of questions) {
    if (kind === 'choice' && !many && sent[id]) sent[id] = sent[id][0];
  }
  return sent;
}

module.exports = {
  /** What is sent of this visit, by now. */
  submissionNow() {
    const { survey, version, questions } = this.survey;
    const looked = this.looked + (this.lookingSince && Date.now() - this.lookingSince);
    const answers = toSend(questions, this.answers);
    const sent = { submission: this.submission, survey, version, answers, seconds: Math.round(looked / 1000) };
    return this.asksReply ? Object.assign(sent, { asks_reply: true }) : sent;
  },

  onSend() {
    if (this.isBusy || this.whole) return;
    const { words } = this.data;
    const missing = logic.missing(this.survey.questions, this.answers);
    if (missing.length) {
      this.showMistakes(missing.map((question) => ({ question, detail: words.missing })));
      return;
    }
    // What is on its way in part could arrive after the whole.
    if (this.partialRequest) this.partialRequest.abort();
    this.send(this.submissionNow());
  },

  /** Sends a whole submission, until the server has decided. */
  send(whole) {
    this.whole = whole;
    this.attempt = 0;
    this.keepDraft();
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
      this.recorded = this.submission;
      this.followed = reply.data.case || null;
      this.keepAnswered();
      this.showEnd(reply.data.end || 'thanks');
      return;
    }
    if (kind === 'already-answered') {
      // It may be this very sending, edited after its reply was lost; or another page of this phone sent it.
      const ours = reply.data.can_be_taken_back ? this.submission : '';
      const kept = drafts.read(this.link) || {};
      this.recorded = ours || kept.recorded || '';
      this.followed = (kept.recorded === this.recorded && kept.followed) || null;
      this.keepAnswered();
      this.showEnd('answered');
      return;
    }
    this.keepDraft();
    if (this.isGone || this.endsWith(kind)) return;
    this.setData({ sending: false, status: '' });
    if (kind === 'survey-changed') this.load('questionsChanged');
    else if (kind === 'taken-back-before') this.load('tookBack');
    else if (kind === 'answers-invalid') this.showMistakes(reply.data.errors.map((error) => this.inWords(error)));
    else this.showProblem(kind, reply.data);
  },

  /** A mistake that the server found, in the words of the page. */
  inWords({ question: id, detail }) {
    const { words } = this.data;
    const { questions } = this.survey;
    const question = questions.find((one) => one.id === id);
    if (logic.progress(questions, this.answers).done === 0) return { question: id, detail: words.nothing };
    if (!question) return { question: id, detail };
    const isText = question.kind === 'text';
    return { question: id, detail: isText ? words.shorten.replace('{most}', question.max_length) : words.malformed };
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

  /** Sends what is answered so far, once for the same answers. The draft stays, to come back to and finish. */
  sendPartial() {
    const body = Object.assign(this.submissionNow(), { partial: true });
    const answers = JSON.stringify(body.answers);
    if (answers === '{}' || answers === this.partial) return;
    this.partial = answers;
    this.partialRequest = call('POST', `/s/${this.link}?lang=${this.language}`, body, ({ status }) => {
      this.partialRequest = null;
      // What did not arrive is not tried again by itself, but when the guest leaves the next time.
      if (!logic.isWorthRetrying(status)) return;
      if (this.partial === answers) this.partial = '';
      const draft = drafts.read(this.link);
      if (draft && draft.partial === answers) drafts.keep(this.link, Object.assign(draft, { partial: '' }));
    });
  },

  takeBack() {
    if (this.isBusy) return;
    this.isBusy = true;
    const takenBack = (reply) => {
      this.isBusy = false;
      if (reply.status === 204) drafts.drop(this.link);
      if (this.isGone) return;
      const kind = kindOf(reply);
      if (reply.status === 204) {
        this.beginAnew();
        this.showEnd('taken-back');
      } else if (kind === 'not-taken-back') {
        this.keepTheOther();
      } else if (!this.endsWith(kind)) {
        this.setData({ status: this.data.words.tryLater });
      }
    };
    call('DELETE', `/s/${this.link}`, undefined, takenBack, { 'Submission': this.recorded });
  },

  /** As if nothing had been answered. */
  beginAnew() {
    this.survey = null;
    this.answers = {};
    this.asksReply = false;
    this.submission = '';
    this.recorded = '';
    this.followed = null;
    this.looked = 0;
    this.partial = '';
  },

  /** This phone's answer is gone, and that of another phone is there. */
  keepTheOther() {
    this.recorded = '';
    this.followed = null;
    this.keepAnswered();
    this.showEnd('answered');
    this.setData({ status: this.data.words.notTakenBack });
  },
};
