// Where mail and events of the program arrive, on this machine: it sends mail as it would to SES, and events to a webhook.

import { once } from 'node:events';
import { createServer } from 'node:http';

let server;
let address;

/** The program's variables, by which its mail comes here. Its signature's keys are nobody's. */
export let environment;

/** The address of the webhook. */
export let webhook;

/** All that has arrived, in its order: mails with `to`, `subject`, `text` and `page`, and the bodies of events. */
export const [mails, events] = [[], []];
const ids = new Set();

export async function openMailboxes() {
  server = createServer((request, response) => {
    take(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${server.address().port}`;
  webhook = `${address}/events`;
  environment = {
    MAIL_FROM: 'cases@example.cn', AWS_ENDPOINT_URL_SESV2: address, AWS_REGION: 'ap-southeast-1',
    AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nobody',
  };
}

export function closeMailboxes() {
  server?.close();
  server?.closeAllConnections();
}

async function take(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString());
  if (request.url === '/events') {
    // One that comes again has the same id, and a receiver drops it.
    const id = request.headers['webhook-id'];
    if (!ids.has(id)) events.push(body);
    ids.add(id);
    return response.writeHead(204).end();
  }
  const { Subject, Body } = body.Content.Simple;
  const [to] = body.Destination.ToAddresses;
  mails.push({ to, subject: Subject.Data, text: Body.Text.Data, page: Body.Html.Data });
  return response.end(JSON.stringify({ MessageId: String(mails.length) }));
}
