// What the page of a survey does beyond a plain form. Without this script it works all the same.
// ES2017, for the webviews of old phones. `logic` is miniprogram/survey/logic.js.
(() => {
  const patience = 12000;
  // Storage may be forbidden: then there is no draft.
  const store = {
    read: (key) => { try { return JSON.parse(localStorage.getItem(key)) || {}; } catch (error) { return {}; } },
    write: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* no draft */ } },
  };
  const address = (end) => location.pathname + '?lang=' + document.documentElement.lang + (end ? '&end=' + end : '');
  // What a link's draft is kept under.
  const key = location.pathname;
  // Takes off what a page that is replaced had put on.
  let leave = () => {};

  function start() {
    const survey = document.querySelector('.survey');
    const end = document.querySelector('[data-end]');
    if (survey) ask(survey);
    else if (end) store.write(key, end.dataset.end === 'taken-back' ? {} : { end: 'answered' });
  }

  // The form itself is only handed on: a question called `action` or `submit` would hide its property of that name.
  function ask(survey) {
    const draft = store.read(key);
    if (draft.end) {
      location.replace(address(draft.end));
      return;
    }
    const form = survey.querySelector('form');
    const words = survey.dataset;
    const boxes = Array.from(survey.querySelectorAll('.question'));
    const questions = boxes.map((box) => ({
      id: box.dataset.id,
      kind: box.dataset.kind,
      required: 'required' in box.dataset,
      ask_if: box.dataset.askIf && JSON.parse(box.dataset.askIf),
    }));
    const inputs = (id) => Array.from(survey.querySelectorAll('[name="' + id + '"]'));
    const bar = survey.querySelector('progress');
    const button = survey.querySelector('button');
    const status = survey.querySelector('[role=status]');
    const began = Date.now();
    let sending = false;
    let moving = false;
    let left = '';

    function answers() {
      const given = {};
      for (const { id, kind } of questions) {
        const values = inputs(id).filter((input) => kind === 'text' || input.checked).map((input) => input.value);
        if (values.length) given[id] = kind === 'choice' ? values : kind === 'scale' ? Number(values[0]) : values[0];
      }
      return given;
    }

    function fill(given) {
      for (const { id, kind } of questions) {
        if (!logic.isGiven(given[id])) continue;
        for (const input of inputs(id)) {
          if (kind === 'text') input.value = given[id];
          else input.checked = [].concat(given[id]).map(String).includes(input.value);
        }
      }
    }

    function draw() {
      const given = answers();
      const shown = logic.asked(questions, given);
      const { done, of } = logic.progress(questions, given);
      boxes.forEach((box, i) => { box.hidden = !shown.includes(questions[i]); });
      bar.max = of;
      bar.value = done;
      for (const counter of survey.querySelectorAll('.counter')) {
        const text = inputs(counter.dataset.of)[0];
        const cut = logic.cut(text.value, Number(counter.dataset.most));
        if (cut !== text.value) text.value = cut;
        counter.textContent = logic.characters(cut) + ' / ' + counter.dataset.most;
      }
    }

    function keep() {
      store.write(key, { answers: answers(), sending });
    }

    function bring(box) {
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      box.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'center' });
    }

    // The answers as the form itself would send them, without those to questions that are hidden again.
    function body(partial) {
      const fields = new URLSearchParams(new FormData(form));
      for (const box of boxes) if (box.hidden) fields.delete(box.dataset.id);
      if (partial) fields.set('partial', 'true');
      return fields;
    }

    function submit() {
      if (sending) return;
      const missing = logic.missing(questions, answers());
      boxes.forEach((box) => mark(box, missing.includes(box.dataset.id)));
      if (missing.length) {
        const box = boxes.find((one) => missing.includes(one.dataset.id));
        inputs(box.dataset.id)[0].focus({ preventScroll: true });
        bring(box);
        return;
      }
      send(0);
    }

    function mark(box, missed) {
      box.classList.toggle('missed', missed);
      const said = box.querySelector('.mistake');
      if (!missed) {
        if (said) said.remove();
      } else if (!said) {
        box.insertAdjacentHTML('beforeend', '<p class="mistake" role="alert"></p>');
        box.lastChild.textContent = words.needed;
      }
    }

    async function send(attempt) {
      sending = true;
      button.disabled = true;
      if (!attempt) status.textContent = words.sending;
      keep();
      const fields = body(false);
      fields.set('seconds', String(Math.round((Date.now() - began) / 1000)));
      let html = '';
      let reply = { status: 0 };
      try {
        const late = new Promise((done, fail) => { setTimeout(fail, patience); });
        reply = await Promise.race([fetch(words.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } }), late]);
        html = await Promise.race([reply.text(), late]);
      } catch (error) {
        reply = { status: 0 };
      }
      if (!logic.isWorthRetrying(reply.status)) {
        show(html, reply.status);
        return;
      }
      status.textContent = words.offline;
      await new Promise((done) => {
        setTimeout(done, logic.pauseBefore(attempt));
        addEventListener('online', done, { once: true });
      });
      send(attempt + 1);
    }

    // The reply is a page of its own: its end, or the questions again with the mistakes beside them.
    function show(html, code) {
      const page = new DOMParser().parseFromString(html, 'text/html');
      const main = page.querySelector('main');
      if (!main) {
        HTMLFormElement.prototype.submit.call(form);
        return;
      }
      leave();
      store.write(key, {});
      document.title = page.title;
      document.querySelector('main').replaceWith(main);
      const end = main.querySelector('[data-end]');
      // A reload shows this end again, and not the questions.
      if (end) history.replaceState(null, '', address(end.dataset.end));
      start();
      scrollTo(0, 0);
      const head = main.querySelector('.mistake, h1');
      head.tabIndex = -1;
      head.focus();
    }

    // What is there is not lost when the guest leaves before the end. Nothing waits for the reply.
    function beacon() {
      if (moving || !Object.keys(logic.kept(questions, answers())).length) return;
      const fields = body(!sending);
      const text = fields.toString();
      if (text !== left && navigator.sendBeacon && navigator.sendBeacon(words.action, fields)) left = text;
    }
    const hide = () => { if (document.visibilityState === 'hidden') beacon(); };
    document.addEventListener('visibilitychange', hide);
    addEventListener('pagehide', beacon);
    leave = () => {
      document.removeEventListener('visibilitychange', hide);
      removeEventListener('pagehide', beacon);
    };

    // A tap on a score moves on. Arrow keys also change a score, on the way to another: they do not.
    let tapped = false;
    survey.addEventListener('pointerdown', () => { tapped = true; });
    survey.addEventListener('keydown', () => { tapped = false; });
    survey.addEventListener('input', ({ target }) => {
      draw();
      keep();
      const box = target.closest('.question');
      if (!box) return;
      mark(box, false);
      if (tapped && target.type === 'radio') {
        bring(boxes.slice(boxes.indexOf(box) + 1).find((next) => !next.hidden) || button);
      }
    });
    survey.addEventListener('submit', (event) => {
      event.preventDefault();
      submit();
    });
    // Another language is the same answer: it goes along in the draft.
    for (const link of document.querySelectorAll('footer a')) link.addEventListener('click', () => { moving = true; });

    // The browser's own bubbles would stand in for the words here.
    button.formNoValidate = true;
    bar.hidden = false;
    for (const counter of survey.querySelectorAll('.counter')) counter.hidden = false;
    // What the server shows again is newer than the draft.
    if (draft.answers && !Object.keys(logic.kept(questions, answers())).length) fill(draft.answers);
    draw();
    // The page was closed while its answer waited for the network.
    if (draft.sending) submit();
  }

  start();
})();
