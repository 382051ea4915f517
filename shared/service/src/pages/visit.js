// One visit to the questions: its draft, and how its answers are sent.

// The server ends a call after 8 seconds.
const patience = 12000;

class Visit {
  constructor(form) {
    this.form = form;
    this.words = form.survey.dataset;
    this.draft = notes.read();
    this.began = performance.now();
    // What is being sent. It stays the same at each attempt: one of them may have arrived.
    this.sending = null;
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
      sending: Boolean(this.sending),
      spent: this.seconds(),
      until: Number(this.words.until),
    });
  }

  // The answers as the form itself would send them, without those to questions that are hidden again.
  body() {
    const fields = new URLSearchParams(new FormData(this.form.element));
    for (const box of this.form.boxes) if (box.hidden) fields.delete(box.dataset.id);
    fields.set('seconds', String(this.seconds()));
    return fields;
  }

  submit() {
    if (this.sending || this.form.showMissing()) return;
    this.hold(this.body());
    this.form.say(this.words.sending);
    this.send(0);
  }

  // Holds the page still while these fields are sent; without any it can be used again.
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
      const request = { method: 'POST', body: this.sending, headers: { accept: 'text/html' } };
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
      // Something in between, or a link that is no more: what was answered stays, and what is wrong is told.
      this.hold(null);
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
    // A reload shows this end again, and not the questions. A phone that keeps no notes can't tell.
    const until = Math.max(followed, Number(this.words.until));
    if (notes.write({ answered: true, until, submission: known, followed })) {
      history.replaceState(null, '', address(end.dataset.end));
    }
  }

  // What is there is not lost when the guest leaves before the end. Nothing waits for the reply.
  beacon() {
    if (this.isMoving || !this.form.isAnswered()) return;
    const fields = this.sending || this.body();
    if (!this.sending) {
      fields.set('partial', 'true');
      // The same answers a second later are the same.
      fields.delete('seconds');
    }
    const text = fields.toString();
    const isNew = text !== this.left && navigator.sendBeacon;
    if (isNew && navigator.sendBeacon(this.words.action, fields)) this.left = text;
  }
}
