// node trouble.mjs CLIENT URL: checks what a person reads when a request of a client in this folder fails as a whole. The
// server at URL is overloaded; the other failures come from a server of our own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Account } from './account.mjs';
import { newStore } from './fixtures.mjs';
import { registrationPolicy } from './policy.mjs';
import { sentenceForFailure } from './sentences.mjs';

const [, , client, url] = process.argv;
const { default: connect } = await import(`./${client}.mjs`);

async function read(request) {
  const failure = await request.then(assert.fail, (failure) => failure);
  return sentenceForFailure(failure);
}

const registering = new Account(connect(url), newStore()).register('ada@example.com', 'correct horse battery staple');
assert.equal(await read(registering), "We're very busy right now. Try again in 2 seconds.");

// The other codes that `me` can fail with, and a proxy whose server is down.
const UNREACHABLE = "We can't reach the server. Check your connection, then try again.";
const errors = (extensions) => JSON.stringify({ data: { me: null }, errors: [{ message: 'No.', extensions }] });
const internal = 'Something went wrong on our side. If it keeps happening, give us this number: r';
const troubles = [
  [200, errors({ code: 'RATE_LIMITED', retryAfterSeconds: 1800 }), 'Too many attempts. Try again in 30 min.'],
  [200, errors({ code: 'INTERNAL_SERVER_ERROR', requestId: 'r' }), internal],
  [200, errors({ code: 'ADDED_LATER' }), 'No.'],
  [502, '{"message":"Bad Gateway"}', UNREACHABLE],
  [200, 'null', UNREACHABLE],
  [502, '<h1>Bad Gateway</h1>', UNREACHABLE],
];
let answer;
const server = createServer((_, response) => {
  const [status, body] = answer;
  response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address();
const account = new Account(connect(`http://127.0.0.1:${port}/graphql`), newStore());
for (answer of troubles) assert.equal(await read(account.me()), answer[2]);
// It keeps the port, which another server could take.
server.on('connection', (socket) => socket.destroy());
server.closeAllConnections();
assert.equal(await read(account.me()), UNREACHABLE);
assert.equal(await read(registrationPolicy(`http://127.0.0.1:${port}/graphql`)), UNREACHABLE);
server.close();
