// What managers do on the pages behind the sign-in.

import { call } from '../program.mjs';
import { follow } from './stack.mjs';

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
