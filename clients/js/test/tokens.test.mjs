import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccountClient, memoryStorage, storageKeys } from 'account-client';
import { accepted, codeSent, failed, fakeServer, refused, session } from './fake-server.mjs';

const email = 'ada@example.com';
const password = 'correct horse';
const HOUR = 60 * 60 * 1000;

function start(...answers) {
  const server = fakeServer(...answers);
  const storage = memoryStorage();
  const clock = { now: 1_000_000 };
  const open = () => createAccountClient({ url: 'https://api.example.com/', fetch: server.fetch, storage, now: () => clock.now });
  return { ...server, storage, clock, open, client: open() };
}

const signIn = async ({ client, reply }, token = 'one') => {
  reply(accepted('signIn', session(token)));
  await client.signIn({ email, password });
};

test('the session is sent after a reload, until it is signed out', async () => {
  const it = start();
  assert.deepEqual(await it.client.me(), { ok: true, data: null });
  await signIn(it);
  it.reply({ data: { me: { id: 'u' } } }, accepted('signOut'));
  assert.deepEqual(await it.open().me(), { ok: true, data: { id: 'u' } });
  assert.equal(it.requests.at(-1).headers.authorization, 'Bearer one');

  const signingOut = it.client.signOut();
  assert.equal(it.client.sessionToken(), null);
  await signingOut;
  assert.deepEqual([it.requests.at(-1).headers.authorization, it.requests.at(-1).init.keepalive], ['Bearer one', true]);
  const { length } = it.requests;
  assert.equal((await it.client.signOut()).ok, true);
  assert.equal((await it.client.changePassword({ currentPassword: password, newPassword: 'x' })).failure.kind, 'unauthenticated');
  assert.equal((await it.client.sessions()).failure.kind, 'unauthenticated');
  assert.equal(it.requests.length, length);
});

test('UNAUTHENTICATED drops the session that was sent, and no newer one', async () => {
  const it = start();
  await signIn(it);
  it.reply(failed('UNAUTHENTICATED'));
  assert.equal((await it.client.revokeOtherSessions()).failure.kind, 'unauthenticated');
  assert.equal(it.client.sessionToken(), null);

  await signIn(it);
  it.reply(() => {
    it.storage.setItem(storageKeys.session, 'newer');
    return Response.json(failed('UNAUTHENTICATED'));
  });
  await it.client.me();
  assert.equal(it.client.sessionToken(), 'newer');
});

test('changing the password replaces the session, unless it was left meanwhile', async () => {
  const it = start();
  await signIn(it);
  it.reply(accepted('changePassword', session('two')));
  await it.client.changePassword({ currentPassword: password, newPassword: 'x' });
  assert.equal(it.client.sessionToken(), 'two');
  it.reply(() => {
    it.storage.removeItem(storageKeys.session);
    return Response.json(accepted('changePassword', session('three')));
  });
  await it.client.changePassword({ currentPassword: password, newPassword: 'x' });
  assert.equal(it.client.sessionToken(), null);
});

test('only a deleted account loses its session', async () => {
  const it = start();
  await signIn(it);
  it.reply(refused('deleteAccount', 'INVALID_CREDENTIALS'), accepted('deleteAccount'));
  await it.client.deleteAccount({ currentPassword: 'x' });
  assert.equal(it.client.sessionToken(), 'one');
  assert.equal((await it.client.deleteAccount({ currentPassword: password })).ok, true);
  assert.equal(it.client.sessionToken(), null);
});

const begin = {
  registration: (client) => client.register({ email, password }),
  passwordReset: (client) => client.requestPasswordReset({ email }),
  emailChange: (client) => client.requestEmailChange({ newEmail: email, currentPassword: password }),
};
const finish = {
  registration: (client, more) => client.activate({ activationCode: ' 44 66\n', ...more }),
  passwordReset: (client, more) => client.resetPassword({ code: ' 44 66\n', newPassword: 'x', ...more }),
  emailChange: (client, more) => client.confirmEmailChange({ code: ' 44 66\n', ...more }),
};
const fields = {
  registration: ['register', 'activate', 24 * HOUR],
  passwordReset: ['requestPasswordReset', 'resetPassword', HOUR],
  emailChange: ['requestEmailChange', 'confirmEmailChange', HOUR],
};

for (const [purpose, [first, last, lifetime]] of Object.entries(fields)) {
  test(`${purpose}: what waits for a code survives a reload, without the password`, async () => {
    const it = start();
    await signIn(it);
    it.reply(accepted(first, codeSent));
    assert.equal((await begin[purpose](it.client)).ok, true);
    const kept = it.storage.getItem(storageKeys[purpose]);
    assert.doesNotMatch(kept, /correct horse/);
    const reloaded = it.open();
    assert.deepEqual(reloaded.pending(purpose), {
      email,
      verificationToken: 'reference',
      endsAt: 1_000_000 + lifetime,
      codeLength: 4,
      codeSentAt: 1_000_000,
      codeExpiresAt: 1_060_000,
      resendAvailableAt: 1_030_000,
    });

    it.reply(refused(last, 'INVALID_CODE'), accepted(last, session('two')));
    await finish[purpose](reloaded);
    assert.notEqual(reloaded.pending(purpose), null);
    await finish[purpose](reloaded);
    const { input } = it.requests.at(-1).variables;
    assert.deepEqual([input.verificationToken, input.code ?? input.activationCode], ['reference', '4466']);
    assert.equal(reloaded.pending(purpose), null);
    assert.equal((await finish[purpose](reloaded)).failure.userErrors[0].code, 'VERIFICATION_NOT_FOUND');
  });

  test(`${purpose}: what has ended is forgotten`, async () => {
    const it = start();
    await signIn(it);
    it.reply(accepted(first, codeSent), refused(last, 'VERIFICATION_NOT_FOUND'), accepted(first, codeSent));
    await begin[purpose](it.client);
    await finish[purpose](it.client);
    assert.equal(it.client.pending(purpose), null);

    await begin[purpose](it.client);
    it.clock.now += lifetime - 1;
    assert.notEqual(it.client.pending(purpose), null);
    it.clock.now += 1;
    assert.equal(it.client.pending(purpose), null);
    assert.equal(it.storage.getItem(storageKeys[purpose]), null);
  });

  test(`${purpose}: the end of an older one keeps a newer one`, async () => {
    const it = start();
    await signIn(it);
    it.reply(accepted(first, codeSent), refused(last, 'VERIFICATION_NOT_FOUND'));
    await begin[purpose](it.client);
    await finish[purpose](it.client, { verificationToken: 'older' });
    assert.equal(it.requests.at(-1).variables.input.verificationToken, 'older');
    assert.equal(it.client.pending(purpose).verificationToken, 'reference');
  });
}

test('another code restarts the times of its registration', async () => {
  const it = start(accepted('register', codeSent), accepted('resendActivationCode', { ...codeSent, codeLength: 8 }));
  await it.client.register({ email, password });
  it.clock.now += 40_000;
  await it.client.resendActivationCode();
  const { codeLength, codeSentAt, endsAt } = it.client.pending('registration');
  assert.deepEqual([codeLength, codeSentAt, endsAt], [8, 1_040_000, 1_000_000 + 24 * HOUR]);

  // The code of an older one, from another tab.
  it.reply(accepted('resendActivationCode', codeSent));
  await it.client.resendActivationCode({ verificationToken: 'older' });
  assert.equal(it.client.pending('registration').codeLength, 8);
});

test('email and password activate on another device, in UTF-8', async () => {
  const it = start(accepted('activate', session('one')));
  await it.client.activate({ activationCode: '4466' }, { basic: { email, password: '🦀:Ä' } });
  const [{ headers, variables }] = it.requests;
  assert.equal(headers.authorization, `Basic ${Buffer.from(`${email}:🦀:Ä`).toString('base64')}`);
  assert.deepEqual(variables, { input: { activationCode: '4466' } });
  assert.equal(it.client.sessionToken(), 'one');
});

test('signing in ends the registration of the same address only', async () => {
  const it = start(accepted('register', codeSent), accepted('signIn', session('one')));
  await it.client.register({ email: 'bob@example.com', password });
  await it.client.signIn({ email, password });
  assert.notEqual(it.client.pending('registration'), null);
  it.reply(accepted('signIn', session('one')));
  await it.client.signIn({ email: 'bob@example.com', password });
  assert.equal(it.client.pending('registration'), null);
});

const NEW_EMAIL = 'secret@example.com';
const changing = async (it) => {
  it.reply(accepted('requestEmailChange', codeSent));
  await it.client.requestEmailChange({ newEmail: NEW_EMAIL, currentPassword: password });
  assert.equal(it.client.pending('emailChange').email, NEW_EMAIL);
};
const leaving = {
  'an ended session': [failed('UNAUTHENTICATED'), (client) => client.me()],
  'signing out': [accepted('signOut'), (client) => client.signOut()],
  'a deleted account': [accepted('deleteAccount'), (client) => client.deleteAccount({ currentPassword: password })],
  'another sign-in': [accepted('signIn', session('two')), (client) => client.signIn({ email: 'bob@example.com', password })],
  'another activation': [
    accepted('activate', session('two')),
    (client) => client.activate({ activationCode: '4466', verificationToken: 'reference' }),
  ],
};
for (const [name, [answer, leave]] of Object.entries(leaving)) {
  test(`${name} forgets the change of the email`, async () => {
    const it = start();
    await signIn(it);
    await changing(it);
    it.reply(answer);
    await leave(it.client);
    assert.equal(it.storage.getItem(storageKeys.emailChange), null);
  });
}

test('the next user of a tab does not see the change of the email from before a lost session', async () => {
  const it = start();
  await signIn(it);
  await changing(it);
  it.storage.removeItem(storageKeys.session);
  await signIn(it, 'two');
  assert.equal(it.open().pending('emailChange'), null);
});

test('changing the password and failures keep the change of the email', async () => {
  const it = start();
  await signIn(it);
  await changing(it);
  it.reply(accepted('changePassword', session('two')), failed('OVERLOADED'), refused('signIn', 'INVALID_CREDENTIALS'));
  await it.client.changePassword({ currentPassword: password, newPassword: 'x' });
  await it.client.me();
  await it.client.signIn({ email, password: 'x' });
  assert.equal(it.client.sessionToken(), 'two');
  assert.equal(it.client.pending('emailChange').email, NEW_EMAIL);
});

for (const [last, answer] of Object.entries({ me: failed('UNAUTHENTICATED'), deleteAccount: accepted('deleteAccount') })) {
  test(`a late answer to ${last} keeps the change of the email of a newer session`, async () => {
    const it = start();
    await signIn(it);
    await changing(it);
    it.reply(() => {
      it.storage.setItem(storageKeys.session, 'newer');
      return Response.json(answer);
    });
    await it.client[last]({ currentPassword: password });
    assert.equal(it.client.pending('emailChange').email, NEW_EMAIL);
  });
}

for (const newer of [null, 'newer']) {
  test(`a late answer begins no change of the email for ${newer ? 'a newer session' : 'no session'}`, async () => {
    const it = start();
    await signIn(it);
    it.reply(() => {
      if (newer) it.storage.setItem(storageKeys.session, newer);
      else it.storage.removeItem(storageKeys.session);
      return Response.json(accepted('requestEmailChange', codeSent));
    });
    const { ok } = await it.client.requestEmailChange({ newEmail: NEW_EMAIL, currentPassword: password });
    assert.deepEqual([ok, it.client.pending('emailChange')], [true, null]);
  });
}

for (const kept of ['not JSON', 'null', '7', '[]', '{"email":"a"}', '{"email":"a","verificationToken":7,"endsAt":9e15}']) {
  test(`what this version did not store is ignored: ${kept}`, () => {
    const it = start();
    it.storage.setItem(storageKeys.registration, kept);
    assert.equal(it.client.pending('registration'), null);
  });
}
