// What the page of a survey does beyond a plain form. Without this script it works all the same.
// ES2017, for the webviews of old phones. `logic` is logic.js.
(() => {
  // The server ends a call after 8 seconds.
  const patience = 12000;
  const address = (end) => location.pathname + '?lang=' + document.documentElement.lang + (end ? '&end=' + end : '');

  // What this phone knows of a link, under its path: a draft, or that it was answered. Storage may be forbidden or full.
  const key = location.pathname;
  const notes = {
    read() {
      try { return JSON.parse(localStorage.getItem(key)) || {}; } catch (error) { return {}; }
    },
    write(note) {
      try {
        localStorage.setItem(key, JSON.stringify(note));
        return true;
      } catch (error) {
        return false;
      }
    },
    drop() {
      try { localStorage.removeItem(key); } catch (error) { /* there is none */ }
    },
    // On a phone that many hands use, no comment stays longer than its link lives.
    dropExpired() {
      try {
        for (const other of Object.keys(localStorage)) {
          // Whether the link at hand still lives the server has said.
          if (other.startsWith('/s/') && other !== key && !(JSON.parse(localStorage.getItem(other)).until > Date.now())) {
            localStorage.removeItem(other);
          }
        }
      } catch (error) { /* nothing to drop */ }
    },
  };

  // Takes off what a page that is replaced had put on.
  let leave = () => {};

  function start() {
    const survey = document.querySelector('.survey');
    const end = document.querySelector('[data-end]');
    const { answered } = notes.read();
    if (end && end.dataset.end === 'taken-back') notes.drop();
    // An end that this phone knows nothing of: the answer was taken back, and somebody went back to its thanks.
    else if (end && !answered && location.search.includes('end=')) location.replace(address(''));
    else if (survey && answered) location.replace(address('answered'));
    else if (survey) ask(survey);
  }

  // The form itself is only handed on: a question called `action` or `submit` would hide its property of that name.
  function ask(survey) {
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
    // The survey and the version that are shown: answers to others are no answers to these.
    const shown = inputs('survey')[0].value + ' ' + inputs('version')[0].value;
    const draft = notes.read();
    const spent = draft.spent || 0;
    const began = performance.now();
    // What is being sent. It stays the same at each attempt: one of them may have arrived.
    let sending = null;
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
      const asked = logic.asked(questions, given);
      const { done, of } = logic.progress(questions, given);
      boxes.forEach((box, i) => { box.hidden = !asked.includes(questions[i]); });
      bar.max = of;
      bar.value = done;
      for (const counter of survey.querySelectorAll('.counter')) {
        const text = inputs(counter.dataset.of)[0].value;
        counter.textContent = logic.characters(text) + ' / ' + counter.dataset.most;
      }
    }

    // Cuts what is too long. Not while Chinese is being composed: letters turn into fewer characters yet.
    function cut(text) {
      const most = Number(survey.querySelector('[data-of="' + text.name + '"]').dataset.most);
      const whole = logic.cut(text.value, most);
      if (whole === text.value) return;
      const caret = text.selectionStart;
      text.value = whole;
      text.setSelectionRange(caret, caret);
    }

    const seconds = () => spent + Math.round((performance.now() - began) / 1000);

    // Whether it is kept. Another tab may have sent its answer meanwhile: that is not written over.
    function keep() {
      if (notes.read().answered) return false;
      const until = Number(words.until);
      return notes.write({ shown, answers: answers(), sending: Boolean(sending), spent: seconds(), until });
    }

    function bring(box) {
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      box.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'center' });
    }

    // The answers as the form itself would send them, without those to questions that are hidden again.
    function body() {
      const fields = new URLSearchParams(new FormData(form));
      for (const box of boxes) if (box.hidden) fields.delete(box.dataset.id);
      fields.set('seconds', String(seconds()));
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
      freeze(body());
      say(words.sending);
      send(0);
    }

    // While it is being sent nothing can be changed: the change would not go along.
    function freeze(fields) {
      sending = fields;
      keep();
      // A field that is disabled loses the focus, and a keyboard its place.
      if (fields && survey.contains(document.activeElement)) button.focus({ preventScroll: true });
      button.setAttribute('aria-disabled', String(Boolean(fields)));
      for (const { id } of questions) for (const input of inputs(id)) input.disabled = Boolean(fields);
    }

    function say(text) {
      status.textContent = text;
    }

    function mark(box, missed) {
      box.classList.toggle('missed', missed);
      const text = box.querySelector('textarea');
      if (text) text.setAttribute('aria-invalid', String(missed));
      const said = box.querySelector('.mistake');
      if (!missed && said) said.remove();
      if (!missed || said) return;
      box.insertAdjacentHTML('beforeend', '<p class="mistake" role="alert"></p>');
      box.lastChild.id = 'wrong-' + box.dataset.id;
      box.lastChild.textContent = words.needed;
    }

    async function send(attempt) {
      let html = '';
      let code = 0;
      try {
        const late = new Promise((done, fail) => { setTimeout(fail, patience); });
        const headers = { accept: 'text/html' };
        const reply = await Promise.race([fetch(words.action, { method: 'POST', body: sending, headers }), late]);
        html = await Promise.race([reply.text(), late]);
        code = reply.status;
      } catch (error) {
        code = 0;
      }
      if (!logic.isWorthRetrying(code)) {
        show(new DOMParser().parseFromString(html, 'text/html'));
        return;
      }
      say(code ? words.busy : words.offline);
      await new Promise((done) => {
        setTimeout(done, logic.pauseBefore(attempt));
        addEventListener('online', done, { once: true });
      });
      send(attempt + 1);
    }

    // The reply is a page of its own: its end, or the questions again with the mistakes beside them.
    function show(page) {
      const main = page.querySelector('main');
      const end = main && main.querySelector('[data-end]');
      if (!end && !(main && main.querySelector('.survey'))) {
        // Something in between, or a link that is no more: what was answered stays, and what is wrong is told.
        freeze(null);
        const told = main && main.querySelector('.end p');
        say(told ? told.textContent : words.later);
        return;
      }
      leave();
      document.title = page.title;
      document.querySelector('main').replaceWith(main);
      const until = Number(words.until);
      if (!end) {
        // The time that it took goes on; the answers are those that the server shows again.
        notes.write({ spent: seconds(), until });
        start();
      } else if (notes.write({ answered: true, until })) {
        // A reload shows this end again, and not the questions. A phone that keeps no notes can't tell.
        history.replaceState(null, '', address(end.dataset.end));
      }
      scrollTo(0, 0);
      const head = main.querySelector('.mistake') || main.querySelector('h1');
      head.tabIndex = -1;
      head.focus();
    }

    // What is there is not lost when the guest leaves before the end. Nothing waits for the reply.
    function beacon() {
      if (moving || !Object.keys(logic.kept(questions, answers())).length) return;
      const fields = sending || body();
      if (!sending) {
        fields.set('partial', 'true');
        // The same answers a second later are the same.
        fields.delete('seconds');
      }
      const text = fields.toString();
      if (text !== left && navigator.sendBeacon && navigator.sendBeacon(words.action, fields)) left = text;
    }
    const hide = () => { if (document.visibilityState === 'hidden') beacon(); };
    const back = () => { moving = false; };
    document.addEventListener('visibilitychange', hide);
    addEventListener('pagehide', beacon);
    addEventListener('pageshow', back);
    leave = () => {
      document.removeEventListener('visibilitychange', hide);
      removeEventListener('pagehide', beacon);
      removeEventListener('pageshow', back);
    };

    // A tap on a score moves on. Arrow keys also change a score, on the way to another: they do not.
    let tapped = false;
    survey.addEventListener('pointerdown', () => { tapped = true; });
    survey.addEventListener('keydown', () => { tapped = false; });
    survey.addEventListener('input', ({ target, isComposing }) => {
      if (target.type === 'textarea' && !isComposing) cut(target);
      draw();
      keep();
      const box = target.closest('.question');
      if (!box) return;
      mark(box, false);
      if (tapped && target.type === 'radio') {
        bring(boxes.slice(boxes.indexOf(box) + 1).find((next) => !next.hidden) || button);
      }
    });
    survey.addEventListener('compositionend', ({ target }) => {
      cut(target);
      draw();
      keep();
    });
    survey.addEventListener('submit', (event) => {
      event.preventDefault();
      submit();
    });
    // Another language is the same answer: it goes along in the draft.
    for (const link of document.querySelectorAll('footer a')) {
      link.addEventListener('click', (event) => {
        moving = !event.ctrlKey && !event.metaKey && !event.shiftKey && keep();
      });
    }

    // The browser's own bubbles would stand in for the words here.
    button.formNoValidate = true;
    bar.hidden = false;
    for (const counter of survey.querySelectorAll('.counter')) counter.hidden = false;
    // What the server shows again is newer than the draft.
    const fresh = !Object.keys(logic.kept(questions, answers())).length;
    if (fresh && draft.shown === shown) fill(draft.answers);
    draw();
    if (Object.keys(logic.kept(questions, answers())).length) keep();
    // The page was closed while its answer waited for the network.
    if (draft.sending && draft.shown === shown) submit();
  }

  // A page that comes back as it was may have been overtaken.
  addEventListener('pageshow', (event) => { if (event.persisted && document.querySelector('[data-end]')) start(); });
  notes.dropExpired();
  start();
})();
