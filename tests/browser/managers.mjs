// The steps of managers on the pages behind the sign-in.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { call, url } from '../program.mjs';
import { browser, follow, signIn } from './stack.mjs';

/** A form of a page: by where it is sent, and by its button where one page has several of these. */
export function formTo(page, action, button = '') {
  return page.locator(`form[method=post][action^="${action}"]:has(button${button})`);
}

/** The form that issues a grant. Each grant of the list has one that ends it. */
export const issueForm = (page) => page.locator('form:has([name=subject])');

/** Unfolds what a form is folded up in, if it is. */
export async function unfold(form) {
  const folded = form.locator('xpath=ancestor::details[not(@open)]');
  if (await folded.count()) await folded.locator('> summary').click();
}

/** Fills fields of a form in, each as a person would. */
export async function fillIn(form, fields) {
  await unfold(form);
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    await unfold(field);
    if (await field.evaluate(({ localName }) => localName === 'select')) await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Presses a form's button, and waits for the page that follows: the reply to the form. */
export async function press(form) {
  await unfold(form);
  return follow(form.page(), () => form.locator('button').click());
}

/** The same, with fields filled in before. */
export async function send(form, fields) {
  await fillIn(form, fields);
  return press(form);
}

/** Puts a person on the list, as a program does. */
export function put(id, person) {
  return call('PUT', `/people/${id}`, person);
}

/** Roles as the API has them. */
export const roles = (role, ...scopes) => scopes.map((scope) => ({ role, scope }));

/** A test of people with browsers of their own. `newBrowser` opens a page of one that has nothing from before. */
export function people(name, use, timeout = 90_000) {
  test(name, { timeout }, async () => {
    const [contexts, problems] = [[], []];
    const newBrowser = async (options) => {
      const context = await browser.newContext({ locale: 'en', ...options });
      contexts.push(context);
      context.setDefaultTimeout(10_000);
      context.on('dialog', (dialog) => dialog.dismiss().then(() => problems.push(`a dialog: ${dialog.message()}`)));
      context.on('console', (message) => {
        // The tests bring about replies that are no success, and Chromium reports each.
        if (!message.text().startsWith('Failed to load resource')) problems.push(message.text());
      });
      return context.newPage();
    };
    try {
      await use(newBrowser);
      assert.deepEqual(problems, []);
    } finally {
      for (const context of contexts) await context.close();
    }
  });
}

/** The operator, at a desk. */
export async function operator(newBrowser, options) {
  const page = await newBrowser(options);
  await signIn(page);
  return page;
}

let ids = 0;
/** Somebody whom the operator has listed: their id. */
export async function listed(person) {
  ids += 1;
  const id = `person-${ids}`;
  await put(id, { name: `Person ${ids}`, roles: roles('looks', 'store/12'), ...person });
  return id;
}

export const open = (page, path) => page.goto(url + path);
export const heading = (page) => page.locator('h1').innerText();
export const language = (page) => page.locator('html').getAttribute('lang');
export const text = (page) => page.locator('main').innerText();
export const alert = (page) => page.locator('[role=alert]').innerText();
export const secret = (page) => page.locator('textarea.secret').inputValue();
export const field = (page, name) => page.locator(`form:has([name=looks]) [name="${name}"]`).inputValue();

/** That a page is refused with this status, in these words, and leads to where `next` says. */
export async function assertRefused(page, path, { status, words, next, own }) {
  assert.equal((await open(page, path)).status(), status, path);
  assert.equal(await heading(page), words, path);
  if (own) assert.equal(await language(page), own, path);
  await follow(page, () => page.locator('main a').click());
  assert.equal(new URL(page.url()).pathname, next, `the way on from ${path}`);
}

/** Makes a sign-in link on a person's page. */
export async function makeLink(page, id) {
  await open(page, `/people/${id}`);
  const made = await press(formTo(page, `/people/${id}`, '[value=link]'));
  assert.equal(made.status(), 201);
  return secret(page);
}
