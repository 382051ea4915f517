// The methods of the page by which a guest answers: each tap and each letter is drawn, and kept in the draft.

const { drawnProgress, drawnQuestions } = require('./drawing');
const logic = require('./logic');
const platform = require('./platform');

// How far above a question a scroll ends, in px: the bar of progress stays at the top.
const ABOVE_QUESTION = -24;

module.exports = {
  /** Draws the questions that are asked, given the answers; `then` is called when they can be seen. */
  drawQuestions(then) {
    const questions = drawnQuestions(this.survey.questions, this.answers, this.mistakes);
    const hasRest = Boolean(this.survey.asks_reply) || questions.some(({ isRest }) => isRest);
    this.setData({ questions, hasRest, progress: this.progress() }, then);
  },

  progress() {
    return drawnProgress(this.survey.questions, this.answers, this.data.words);
  },

  onPick(event) {
    if (this.whole) return;
    const { question: id, value } = platform.dataset(event);
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
    const { question: id } = platform.dataset(event);
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
      // A text that is the one that the field was given before is passed over, so it gets the one that is there first.
      const answer = `questions[${at}].answer`;
      this.setData({ [answer]: typed }, () => this.setData({ [answer]: text }));
    }
    this.keepDraft();
  },

  onReply() {
    if (this.whole) return;
    this.asksReply = !this.asksReply;
    this.setData({ asksReply: this.asksReply });
    this.keepDraft();
  },

  /** Scrolls to the question after this one. What may be passed over is not pushed on anyone who has to answer. */
  scrollPast(id) {
    const at = this.data.questions.findIndex((question) => question.id === id);
    const { isRest } = this.data.questions[at];
    const next = this.data.questions.slice(at + 1).find((question) => question.isRest === isRest);
    if (next) this.scrollTo(`#question-${next.id}`);
  },

  scrollTo(selector) {
    platform.scrollTo({ selector, offsetTop: ABOVE_QUESTION });
  },
};
