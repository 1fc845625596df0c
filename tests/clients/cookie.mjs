// node cookie.mjs URL EMAIL PASSWORD: signs in, asks who it is and signs out through the backend for a frontend, for an
// account of the server at URL.
import assert from 'node:assert/strict';
import { handle } from './backend.mjs';

const [, , api, email, password] = process.argv;
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

const refused = await (await post('/sign-in', { body: { email, password: 'another one' } })).json();
assert.deepEqual([refused.user, refused.userErrors[0].code], [null, 'INVALID_CREDENTIALS']);

const signedIn = await post('/sign-in', { body: { email, password } });
const [cookie, ...attributes] = signedIn.headers.get('set-cookie').split('; ');
assert.deepEqual(attributes.slice(0, 4), ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']);
assert.match(attributes[4], /^Expires=.* GMT$/);
const text = await signedIn.text();
assert.equal(JSON.parse(text).user.email, email);
assert.ok(!text.includes(cookie.split('=')[1]), text);

const other = 'theme=dark; ';
assert.equal((await (await get('/me', other + cookie)).json()).email, email);
assert.equal(await (await get('/me', other)).json(), null);

// Another page makes the browser send it: nothing happens.
assert.equal((await post('/sign-out', { cookie, from: 'https://evil.example' })).status, 403);
assert.equal((await get('/me', cookie)).status, 200);

// An API that is gone: the page is told so, and whoever signs out is signed out here.
const gone = 'http://127.0.0.1:9/graphql';
const unreachable = await post('/sign-in', { body: { email, password }, to: gone });
assert.deepEqual([unreachable.status, (await unreachable.json()).code], [502, 'UNREACHABLE']);
assert.match((await post('/sign-out', { cookie, to: gone })).headers.get('set-cookie'), /Max-Age=0$/);
assert.equal((await post('/sign-in', { body: null })).status, 400);

const signedOut = await post('/sign-out', { cookie });
assert.match(signedOut.headers.get('set-cookie'), /^__Host-session=; .*Max-Age=0$/);
const dead = await get('/me', cookie);
assert.equal(await dead.json(), null);
assert.equal(dead.headers.get('set-cookie'), signedOut.headers.get('set-cookie'));
assert.equal((await post('/sign-out')).status, 204);
assert.equal((await get('/elsewhere')).status, 404);

// Somebody else guesses, until they may no more: it is their address that the API counts by.
const guess = { body: { email, password: 'another one' }, address: '198.51.100.7' };
const code = async () => (await (await post('/sign-in', guess)).json()).userErrors[0].code;
for (let tries = 0; tries < 6; tries += 1) assert.equal(await code(), 'INVALID_CREDENTIALS');
assert.equal(await code(), 'RATE_LIMITED');
assert.deepEqual((await (await post('/sign-in', { body: { email, password } })).json()).userErrors, []);
