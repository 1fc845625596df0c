// node trouble.mjs CLIENT URL: sees what a person would read when a request of a client in this folder fails as a
// whole. The server at URL has no room for more; the other troubles come from one of our own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Account } from './account.mjs';
import { registrationPolicy } from './policy.mjs';
import { sentenceForFailure } from './sentences.mjs';

const [, , client, url] = process.argv;
const { default: connect } = await import(`./${client}.mjs`);

async function read(request) {
  const failure = await request.then(assert.fail, (failure) => failure);
  return sentenceForFailure(failure);
}

const registering = new Account(connect(url)).register('ada@example.com', 'correct horse battery staple');
assert.equal(await read(registering), 'Many people are here at once. Please try again in 2 seconds.');

// The codes that `me` can fail with besides, and a proxy whose server is gone.
const errors = (extensions) => JSON.stringify({ data: { me: null }, errors: [{ message: 'No.', extensions }] });
const troubles = [
  [200, errors({ code: 'RATE_LIMITED', retryAfterSeconds: 1800 }), 'Too many attempts. Please try again in 30 min.'],
  [200, errors({ code: 'INTERNAL_SERVER_ERROR', requestId: 'r' }), 'This is our fault, not yours. Please quote r.'],
  [200, errors({ code: 'ADDED_LATER' }), 'No.'],
  [502, '{"message":"Bad Gateway"}', 'The server cannot be reached. Please check your connection and try again.'],
  [200, 'null', 'The server cannot be reached. Please check your connection and try again.'],
  [502, '<h1>Bad Gateway</h1>', 'The server cannot be reached. Please check your connection and try again.'],
];
let answer;
const server = createServer((_, response) => {
  const [status, body] = answer;
  response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address();
const account = new Account(connect(`http://127.0.0.1:${port}/graphql`));
for (answer of troubles) assert.equal(await read(account.me()), answer[2]);
server.close();
server.closeAllConnections();
await once(server, 'close');
assert.equal(await read(account.me()), troubles.at(-1)[2]);
assert.equal(await read(registrationPolicy(`http://127.0.0.1:${port}/graphql`)), troubles.at(-1)[2]);
