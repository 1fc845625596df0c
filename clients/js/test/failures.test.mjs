import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccountClient, memoryStorage, storageKeys } from 'account-client';
import { accepted, failed, fakeServer, refused, session } from './fake-server.mjs';

const url = 'https://api.example.com/graphql';
const secrets = { email: 'ada@example.com', password: 'correct horse' };

async function failureOf(...answers) {
  const { fetch } = fakeServer(...answers);
  const result = await createAccountClient({ url, fetch }).signIn(secrets);
  assert.equal(result.ok, false);
  assert.doesNotMatch(JSON.stringify(result), /correct horse|ada@/);
  return result.failure;
}

test('refusals are told apart by their code', async () => {
  const limited = { code: 'RATE_LIMITED', retryAfterSeconds: 30 };
  const { kind, userErrors } = await failureOf(refused('signIn', { code: 'INVALID_EMAIL', field: ['input', 'email'] }, limited));
  assert.equal(kind, 'refused');
  assert.deepEqual(
    userErrors.map(({ code, field, retryAfterSeconds }) => [code, field, retryAfterSeconds]),
    [['INVALID_EMAIL', 'email', null], ['RATE_LIMITED', null, 30]],
  );
});

test('codes of later servers are UNKNOWN and keep their message', async () => {
  // Also a code that other mutations have.
  for (const serverCode of ['MOON_TOO_FULL', 'INVALID_CODE']) {
    const { userErrors } = await failureOf(refused('signIn', serverCode));
    const [{ code, message, serverCode: told }] = userErrors;
    assert.deepEqual([code, told, message], ['UNKNOWN', serverCode, 'What the server says.']);
  }
});

test('failures of the whole request have a kind', async () => {
  const overloaded = Response.json(failed('OVERLOADED'), { status: 503, headers: { 'retry-after': '2' } });
  const broken = Response.json(failed('INTERNAL_SERVER_ERROR', { requestId: 'r1' }), { status: 500 });
  const proxy = new Response('<h1>Bad Gateway</h1>', { status: 502, headers: { 'x-request-id': 'r2' } });
  const expected = [
    [failed('UNAUTHENTICATED'), { kind: 'unauthenticated' }],
    [failed('RATE_LIMITED', { retryAfterSeconds: 9 }), { kind: 'rateLimited', retryAfterSeconds: 9 }],
    [overloaded, { kind: 'overloaded', retryAfterSeconds: 2 }],
    [failed('OVERLOADED'), { kind: 'overloaded', retryAfterSeconds: null }],
    [failed('BAD_USER_INPUT'), { kind: 'badRequest', code: 'BAD_USER_INPUT' }],
    [failed('GRAPHQL_VALIDATION_FAILED'), { kind: 'badRequest', code: 'GRAPHQL_VALIDATION_FAILED' }],
    [broken, { kind: 'serverError', code: 'INTERNAL_SERVER_ERROR', requestId: 'r1' }],
    [failed('ADDED_LATER'), { kind: 'serverError', code: 'ADDED_LATER', requestId: null }],
    [{ errors: [{}] }, { kind: 'serverError', code: null, requestId: null }],
    [proxy, { kind: 'serverError', code: null, requestId: 'r2' }],
    [null, { kind: 'serverError', code: null, requestId: null }],
    [{}, { kind: 'serverError', code: null, requestId: null }],
    [{ data: {} }, { kind: 'serverError', code: null, requestId: null }],
    [new TypeError('fetch failed: correct horse'), { kind: 'network' }],
  ];
  for (const [answer, kind] of expected) {
    const { message, ...failure } = await failureOf(answer);
    assert.deepEqual(failure, kind);
    assert.match(message, /^[A-Z][^<]+\.$/);
  }
});

test('a signal ends the call, and a late answer changes nothing', async () => {
  const storage = memoryStorage();
  const controller = new AbortController();
  const late = () => {
    controller.abort();
    return Response.json(accepted('signIn', session('late')));
  };
  const { fetch, requests } = fakeServer(late, new DOMException('correct horse', 'AbortError'));
  const client = createAccountClient({ url, fetch, storage });
  for (let call = 0; call < 2; call += 1) {
    const { failure } = await client.signIn(secrets, { signal: controller.signal });
    assert.deepEqual(failure, { kind: 'aborted', message: 'The request was cancelled.' });
  }
  assert.equal(requests[0].init.signal, controller.signal);
  assert.equal(storage.getItem(storageKeys.session), null);
});

test('a request says what it is and is sent to no other address', async () => {
  const { fetch, requests } = fakeServer(accepted('signIn', session('t')));
  await createAccountClient({ url, fetch }).signIn(secrets);
  const [{ operationName, query, variables, headers, init }] = requests;
  assert.equal(operationName, 'SignIn');
  assert.match(query, /^mutation SignIn/);
  assert.deepEqual(variables, { input: secrets });
  assert.deepEqual(headers, { 'content-type': 'application/json', accept: 'application/json' });
  assert.deepEqual([init.method, init.redirect, init.cache], ['POST', 'error', 'no-store']);
});

test('the global fetch is looked up at each call', async (context) => {
  const client = createAccountClient({ url });
  const { fetch } = fakeServer(failed('OVERLOADED'));
  context.mock.method(globalThis, 'fetch', fetch);
  assert.equal((await client.registrationPolicy()).failure.kind, 'overloaded');
});
