// One visit to the questions: its draft, and how its answers are sent.

// The server ends a call after 8 seconds.
const patience = 12000;

const FORM = 'application/x-www-form-urlencoded';

class Visit {
  constructor(form) {
    this.form = form;
    this.words = form.survey.dataset;
    this.draft = notes.read();
    this.began = performance.now();
    // The fields that are being sent. They stay the same at each attempt: an earlier one may have arrived.
    this.sending = '';
    // Whether the page is left for another language; and what was sent last on leaving.
    this.isMoving = false;
    this.left = '';
  }

  seconds() {
    return (this.draft.spent || 0) + Math.round((performance.now() - this.began) / 1000);
  }

  // Whether it is kept. Another tab may have sent its answer meanwhile: that is not written over.
  keep() {
    if (notes.read().answered) return false;
    return notes.write({
      shown: this.form.shown,
      submission: this.form.submission.value,
      answers: this.form.answers(),
      reply: this.form.asksReply(),
      sending: this.sending,
      spent: this.seconds(),
      until: Number(this.words.until),
    });
  }

  // The answers as the form itself would send them, without those to questions that are hidden again. Old browsers can't
  // turn a form into text by themselves.
  body(more) {
    const isSent = ({ name, type, checked }) => name && (checked || !/radio|checkbox/.test(type));
    const fields = Array.from(this.form.survey.querySelectorAll('form input, form textarea')).filter(isSent);
    const shown = fields.filter((field) => !field.closest('[hidden].question'));
    // Half of an emoji is no text that can be sent.
    const text = ({ value }) => encodeURIComponent(value.replace(/[\ud800-\udfff]/gu, '\ufffd'));
    return shown.map((field) => field.name + '=' + text(field)).concat(more).join('&');
  }

  submit() {
    if (this.sending || this.form.showMissing()) return;
    this.go(this.body('seconds=' + this.seconds()));
  }

  go(fields) {
    this.hold(fields);
    this.form.say(this.words.sending);
    this.send(0);
  }

  // Freezes the page while these fields are sent; without any it can be used again.
  hold(fields) {
    this.sending = fields;
    this.keep();
    this.form.freeze(Boolean(fields));
  }

  async send(attempt) {
    let html = '';
    let code = 0;
    try {
      const late = new Promise((done, fail) => { setTimeout(fail, patience); });
      const headers = { 'accept': 'text/html', 'content-type': FORM };
      const request = { method: 'POST', body: this.sending, headers };
      const reply = await Promise.race([fetch(this.words.action, request), late]);
      html = await Promise.race([reply.text(), late]);
      code = reply.status;
    } catch (error) {
      code = 0;
    }
    if (!logic.isWorthRetrying(code)) {
      this.show(new DOMParser().parseFromString(html, 'text/html'));
      return;
    }
    this.form.say(code ? this.words.busy : this.words.offline);
    await new Promise((done) => {
      setTimeout(done, logic.pauseBefore(attempt));
      addEventListener('online', done, { once: true });
    });
    this.send(attempt + 1);
  }

  // The reply is a page of its own: its end, or the questions again with the mistakes beside them.
  show(page) {
    const main = page.querySelector('main');
    const end = main && main.querySelector('[data-end]');
    if (!end && !(main && main.querySelector('.survey'))) {
      // Something in between, or a link that is no more: the answers stay, and the page says what is wrong.
      this.hold('');
      const told = main && main.querySelector('.end p');
      this.form.say(told ? told.textContent : this.words.later);
      return;
    }
    leave();
    document.title = page.title;
    document.querySelector('main').replaceWith(main);
    if (end) {
      this.finish(end);
    } else {
      // The time that it took goes on; answers and submission are those that the server shows now.
      if (!notes.read().answered) notes.write({ spent: this.seconds(), until: Number(this.words.until) });
      start();
    }
    scrollTo(0, 0);
    const head = main.querySelector('.mistake') || main.querySelector('h1');
    head.tabIndex = -1;
    head.focus();
  }

  // Notes the end, and the submission that takes the answer back. The server fills it in where this tab sent the
  // answer; else another tab of this phone may have sent it.
  finish(end) {
    const { answered, submission, followed: noted } = notes.read();
    const field = end.querySelector('[name=submission]');
    const known = (field && field.value) || (answered && submission) || '';
    const followed = Number(end.dataset.case) || (answered && noted) || 0;
    offer(end, known, followed);
    // A reload shows this end again, and not the questions. A phone that keeps no notes can't know.
    const until = Math.max(followed, Number(this.words.until));
    if (notes.write({ answered: true, until, submission: known, followed })) {
      history.replaceState(null, '', address(end.dataset.end));
    }
  }

  // The answers so far are not lost when the guest leaves before the end. Nothing waits for the reply.
  beacon() {
    if (this.isMoving || !this.form.isAnswered()) return;
    // Without the seconds, so that the same answers a second later are the same.
    const text = this.sending || this.body('partial=true');
    const isNew = text !== this.left && navigator.sendBeacon;
    if (isNew && navigator.sendBeacon(this.words.action, new Blob([text], { type: FORM }))) this.left = text;
  }
}
