// The questions on the page: what is answered, which are shown, what is marked.
class Form {
  constructor(survey) {
    this.survey = survey;
    // It is only handed on: a question called `action` or `submit` would hide its property of that name.
    this.element = survey.querySelector('form');
    this.boxes = Array.from(survey.querySelectorAll('.question'));
    this.questions = this.boxes.map((box) => ({
      id: box.dataset.id,
      kind: box.dataset.kind,
      required: 'required' in box.dataset,
      ask_if: box.dataset.askIf && JSON.parse(box.dataset.askIf),
    }));
    this.bar = survey.querySelector('progress');
    // Offered where the store follows such answers up.
    this.reply = survey.querySelector('.reply input');
    this.button = survey.querySelector('button');
    this.status = survey.querySelector('[role=status]');
    this.submission = this.inputs('submission')[0];
    // The survey and the version that are shown: answers to others are no answers to these.
    this.shown = this.inputs('survey')[0].value + ' ' + this.inputs('version')[0].value;
  }

  inputs(id) {
    return Array.from(this.survey.querySelectorAll('[name="' + id + '"]'));
  }

  answers() {
    const given = {};
    for (const { id, kind } of this.questions) {
      const values = this.inputs(id).filter((input) => kind === 'text' || input.checked).map((input) => input.value);
      if (values.length) given[id] = kind === 'choice' ? values : kind === 'scale' ? Number(values[0]) : values[0];
    }
    return given;
  }

  isAnswered() {
    return Object.keys(logic.kept(this.questions, this.answers())).length > 0;
  }

  asksReply() {
    return Boolean(this.reply && this.reply.checked);
  }

  fill(given, asksReply) {
    if (this.reply) this.reply.checked = asksReply;
    for (const { id, kind } of this.questions) {
      if (!logic.isGiven(given[id])) continue;
      for (const input of this.inputs(id)) {
        if (kind === 'text') input.value = given[id];
        else input.checked = [].concat(given[id]).map(String).includes(input.value);
      }
    }
  }

  draw() {
    const given = this.answers();
    const asked = logic.asked(this.questions, given);
    const { done, of } = logic.progress(this.questions, given);
    this.boxes.forEach((box, i) => { box.hidden = !asked.includes(this.questions[i]); });
    this.bar.max = of;
    this.bar.value = done;
    for (const counter of this.survey.querySelectorAll('.counter')) {
      const text = this.inputs(counter.dataset.of)[0].value;
      counter.textContent = logic.characters(text) + ' / ' + counter.dataset.most;
    }
  }

  // Cuts what is too long. Not while Chinese is being composed: letters turn into fewer characters yet.
  cut(text) {
    const most = Number(this.survey.querySelector('[data-of="' + text.name + '"]').dataset.most);
    const whole = logic.cut(text.value, most);
    if (whole === text.value) return;
    const caret = text.selectionStart;
    text.value = whole;
    text.setSelectionRange(caret, caret);
  }

  bring(box, block) {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    box.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block });
  }

  // The question that follows in the same group. A question that may be passed over is not pushed on anyone.
  after(box) {
    const group = box.closest('.more');
    return this.boxes.slice(this.boxes.indexOf(box) + 1).find((next) => !next.hidden && next.closest('.more') === group);
  }

  say(text) {
    this.status.textContent = text;
  }

  mark(box, missed) {
    box.classList.toggle('missed', missed);
    const text = box.querySelector('textarea');
    if (text) text.setAttribute('aria-invalid', String(missed));
    const said = box.querySelector('.mistake');
    if (!missed && said) said.remove();
    if (!missed || said) return;
    box.insertAdjacentHTML('beforeend', '<p class="mistake" role="alert"></p>');
    box.lastChild.id = '_wrong-' + box.dataset.id;
    box.lastChild.textContent = this.survey.dataset.needed;
  }

  // Marks what is missing, and goes to the first of it: whether there is any.
  showMissing() {
    const missing = logic.missing(this.questions, this.answers());
    this.boxes.forEach((box) => this.mark(box, missing.includes(box.dataset.id)));
    if (!missing.length) return false;
    const box = this.boxes.find((one) => missing.includes(one.dataset.id));
    this.inputs(box.dataset.id)[0].focus({ preventScroll: true });
    this.bring(box, 'center');
    return true;
  }

  // While it is being sent nothing can be changed: the change would not go along.
  freeze(isFrozen) {
    // A field that is disabled loses the focus, and a keyboard its place.
    if (isFrozen && this.survey.contains(document.activeElement)) this.button.focus({ preventScroll: true });
    this.button.setAttribute('aria-disabled', String(isFrozen));
    for (const { id } of this.questions) for (const input of this.inputs(id)) input.disabled = isFrozen;
    if (this.reply) this.reply.disabled = isFrozen;
  }
}
