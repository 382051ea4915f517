// A guest, with the page of the mini-program open in front of them. They tap, type and read.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { app, phone, simulate } from './phone.mjs';

// After so long what is waited for will not come.
const PATIENCE = 6_000;

/** Waits until something is true. */
export async function until(what, holds) {
  const deadline = Date.now() + PATIENCE;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `This did not come: ${what}.`);
    await sleep(10);
  }
}

/** A page that a guest has open. */
export class Guest {
  constructor(query) {
    this.app = app;
    this.page = simulate.render(app.survey);
    this.page.attach(window.document.body);
    app.come(this.page, query);
  }

  /** Opens the survey of a link by its mini-program code, and waits until it can be answered. */
  static async of(link) {
    const guest = new Guest({ scene: encodeURIComponent(link) });
    await until('the survey', () => guest.data.stage === 'survey');
    return guest;
  }

  get data() {
    return this.page.data;
  }

  /** All elements of a class as they are drawn: their texts and attributes. */
  all(name) {
    const found = [];
    const search = (node) => {
      if (typeof node === 'string') return node;
      const text = node.children.map(search).join('');
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [camelCase(name), value]));
      if (String(attributes.class).split(' ').includes(name)) found.push({ text, ...attributes });
      return text;
    };
    search(this.page.toJSON());
    return found;
  }

  texts(name) {
    return this.all(name).map(({ text }) => text);
  }

  /** The ids of the questions that can be seen. */
  get questions() {
    return this.all('question').map(({ id }) => id.replace('question-', ''));
  }

  /** The mistakes beside a question. */
  mistakes(question) {
    const { mistake } = this.data.questions.find(({ id }) => id === question);
    assert.equal(this.page.querySelectorAll(`#question-${question} .mistake`).length, mistake ? 1 : 0);
    return mistake;
  }

  /** The chosen answers of a question, as they are drawn. */
  chosen(question) {
    const picks = this.all('pick').filter((pick) => pick.dataQuestion === question && pick.class.includes('chosen'));
    for (const pick of picks) assert.equal(pick.ariaChecked, true);
    return picks.map(({ dataValue }) => dataValue);
  }

  async tap(selector, matches = () => true) {
    const found = this.page.querySelectorAll(selector).find(({ dom }) => matches(dom.dataset));
    assert.ok(found, `There is no ${selector} to tap.`);
    found.dispatchEvent('tap');
    // The framework hands events over when it comes to it.
    await sleep(0);
  }

  pick(question, value) {
    return this.tap('.pick', (pick) => pick.question === question && pick.value === String(value));
  }

  async type(question, value) {
    const field = this.page.querySelectorAll('.text').find(({ dom }) => dom.dataset.question === question);
    field.dispatchEvent('input', { detail: { value } });
    await sleep(0);
  }

  send() {
    return this.tap('.send');
  }

  async end(name) {
    await until(`the end "${name}"`, () => this.data.end?.name === name);
    assert.deepEqual(this.texts('title'), [this.data.end.title]);
  }

  async answerAndSend(nps, csat) {
    await this.pick('nps', nps);
    await this.pick('csat', csat);
    await this.send();
  }

  /** Another app comes to the front. */
  hide() {
    this.app.hide(this.page);
  }

  show() {
    this.app.show(this.page);
  }

  close() {
    this.app.close(this.page);
  }
}

function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** Waits until every request has its reply. */
export const quiet = () => until('every reply', () => phone.requests.every(({ status }) => status !== undefined));
