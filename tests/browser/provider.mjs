// An identity provider on this machine, as a chain would have one. It is a certified server of OpenID Connect, with
// pages of our own for signing in and for consent. To a browser it is another site than the program, as in earnest.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

export const CLIENT = { id: 'aftertaste', secret: 'a secret: of the client & the provider' };

let server;
let answer;
export let issuer;

/** Begins to listen. Its settings come with `serve`: the program has an address only when it runs. */
export async function listen() {
  server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The program is at 127.0.0.1, and localhost is no part of that: cookies for one's own site alone stay behind.
  issuer = `http://localhost:${server.address().port}`;
}

/** Serves accounts, each an id with its claims, to a program that is called back at `redirectUri`. */
export function serve(redirectUri, accounts) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    // Everything else is as the standard has it: the address is in the user info, and not in the token.
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
  });
  const others = provider.callback();
  answer = (request, response) => {
    const { pathname } = new URL(request.url, issuer);
    if (!pathname.startsWith('/interaction/')) return others(request, response);
    interact(provider, accounts, request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  };
}

export function stopProvider() {
  server?.close();
  server?.closeAllConnections();
}

const page = (buttons) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Identity provider</title>
  <form method="post">${buttons.join('')}</form></html>`;
const button = (name, value, text) => `<button name="${name}" value="${value}">${text}</button>`;

/** The provider's own pages: who somebody is, then what it may disclose about them. */
async function interact(provider, accounts, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    const buttons = prompt.name === 'login'
      ? Object.keys(accounts).map((id) => button('account', id, id))
      : [button('consent', 'given', 'Allow'), button('consent', 'denied', 'Deny')];
    response.setHeader('content-type', 'text/html');
    response.end(page(buttons));
    return;
  }
  const form = new URLSearchParams(await body(request));
  const finish = (result) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: prompt.name !== 'login' });
  if (form.has('account')) return finish({ login: { accountId: form.get('account') } });
  if (form.get('consent') !== 'given') return finish({ error: 'access_denied' });
  const known = grantId && await provider.Grant.find(grantId);
  const grant = known || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return finish({ consent: { grantId: await grant.save() } });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
