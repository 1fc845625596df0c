// node cookie.mjs URL MAILBOX: registers, activates, signs out and signs in through the backend for a frontend, at the
// server at URL, whose emails are in the mailer-mock at MAILBOX.
import assert from 'node:assert/strict';
import { handle } from './backend.mjs';
import { emailedCode } from './fixtures.mjs';

const [, , api, mailbox] = process.argv;
const [email, password] = ['ada@example.com', 'Käse: 秘密 über 9000 🔑'];
const origin = 'https://app.example.com';
const home = '192.0.2.7';

const get = (path, cookie) => {
  return handle(new Request(origin + path, { headers: { cookie } }), { api, origin, address: home });
};
const post = (path, { cookie = '', from = origin, address = home, body = {}, to = api } = {}) => {
  const headers = { cookie, origin: from, 'content-type': 'application/json' };
  const request = new Request(origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return handle(request, { api: to, origin, address });
};

// The cookie, when the answer shows the user and no token.
async function session(answer) {
  const [cookie, ...attributes] = answer.headers.get('set-cookie').split('; ');
  assert.deepEqual(attributes.slice(0, 4), ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']);
  assert.match(attributes[4], /^Expires=.* GMT$/);
  const text = await answer.text();
  assert.equal(JSON.parse(text).user.email, email);
  assert.ok(!text.includes(cookie.split('=')[1]), text);
  return cookie;
}

const { verificationToken } = await (await post('/register', { body: { email, password } })).json();
const activationCode = await emailedCode(mailbox, email);
const activated = await session(await post('/activate', { body: { activationCode, verificationToken } }));
assert.equal((await (await get('/me', activated)).json()).email, email);
assert.equal((await post('/sign-out', { cookie: activated })).status, 204);

const refused = await (await post('/sign-in', { body: { email, password: 'another one' } })).json();
assert.deepEqual([refused.user, refused.userErrors[0].code], [null, 'INVALID_CREDENTIALS']);
const cookie = await session(await post('/sign-in', { body: { email, password } }));

const other = 'theme=dark; ';
assert.equal((await (await get('/me', other + cookie)).json()).email, email);
assert.equal(await (await get('/me', other)).json(), null);

// Another page makes the browser send the cookie: nothing happens.
assert.equal((await post('/sign-out', { cookie, from: 'https://evil.example' })).status, 403);
assert.equal((await get('/me', cookie)).status, 200);

// The API is down: the page is told, and signing out works here.
const down = 'http://127.0.0.1:9/graphql';
const unreachable = await post('/sign-in', { body: { email, password }, to: down });
assert.deepEqual([unreachable.status, (await unreachable.json()).kind], [502, 'network']);
assert.match((await post('/sign-out', { cookie, to: down })).headers.get('set-cookie'), /Max-Age=0$/);
assert.equal((await post('/sign-in', { body: null })).status, 400);

const signedOut = await post('/sign-out', { cookie });
assert.match(signedOut.headers.get('set-cookie'), /^__Host-session=; .*Max-Age=0$/);
const ended = await get('/me', cookie);
assert.equal(await ended.json(), null);
assert.equal(ended.headers.get('set-cookie'), signedOut.headers.get('set-cookie'));
assert.equal((await post('/sign-out')).status, 204);
assert.equal((await get('/elsewhere')).status, 404);

// A stranger guesses until the limit: the API counts by the browser's address.
const guess = { body: { email, password: 'another one' }, address: '198.51.100.7' };
const code = async () => (await (await post('/sign-in', guess)).json()).userErrors[0].code;
for (let tries = 0; tries < 6; tries += 1) assert.equal(await code(), 'INVALID_CREDENTIALS');
assert.equal(await code(), 'RATE_LIMITED');
assert.deepEqual((await (await post('/sign-in', { body: { email, password } })).json()).userErrors, []);
