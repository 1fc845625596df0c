// node account-client.mjs URL MAILBOX: the package in clients/js from the first query to the end of the account, at the
// server at URL, whose emails are in the mailer-mock at MAILBOX.
import assert from 'node:assert/strict';
import { createAccountClient } from 'account-client';
import { emailedCodes, newStore } from './fixtures.mjs';

const [, , url, mailbox] = process.argv;
const readCode = emailedCodes(mailbox);

const EMAIL = 'ada@example.com';
const NEW_EMAIL = 'grace@example.com';
// Beyond Latin-1, and with a colon, which must not split it.
const PASSWORD = 'Käse: 秘密 über 9000 🔑';
const SECOND = 'Quark: 秘密 über 9000 🔑';
const THIRD = 'Brot: 秘密 über 9000 🔑';

const codes = ({ ok, failure }) => (ok ? [] : (failure.userErrors?.map(({ code }) => code) ?? [failure.kind]));
const accepts = async (call) => {
  const result = await call;
  assert.deepEqual(codes(result), []);
  return result.data;
};
const refuses = async (call, ...expected) => assert.deepEqual(codes(await call), expected);

const store = newStore();
const open = (storage = store) => createAccountClient({ url, storage });
const client = open();
const device = open(newStore());

assert.equal((await accepts(client.registrationPolicy())).passwordMinLength, 8);
assert.equal(await accepts(client.me()), null);
await refuses(client.register({ email: 'ada', password: '1234567' }), 'INVALID_EMAIL', 'PASSWORD_TOO_SHORT');
await refuses(client.activate({ activationCode: '4466' }), 'VERIFICATION_NOT_FOUND');

// A person registers, reloads the page, and activates.
const sent = await accepts(client.register({ email: EMAIL, password: PASSWORD }));
const code = await readCode(EMAIL);
assert.equal(code.length, sent.codeLength);
await refuses(open().resendActivationCode(), 'RATE_LIMITED');
await refuses(open().activate({ activationCode: code.replace(/.$/, (digit) => (Number(digit) + 1) % 10) }), 'INVALID_CODE');
assert.deepEqual((await accepts(device.me({ basic: { email: EMAIL, password: PASSWORD } }))).status, 'PENDING');
const { user } = await accepts(open().activate({ activationCode: ` ${code}\n` }));
assert.equal(user.status, 'ACTIVE');
assert.equal((await accepts(client.me())).id, user.id);

// The password is forgotten: every session ends.
const forgetful = open(newStore());
await accepts(forgetful.requestPasswordReset({ email: EMAIL }));
const reset = { code: await readCode(EMAIL), newPassword: 'password' };
await refuses(forgetful.resetPassword(reset), 'PASSWORD_TOO_WEAK');
await accepts(forgetful.resetPassword({ ...reset, newPassword: SECOND }));
await refuses(forgetful.resetPassword({ ...reset, newPassword: SECOND }), 'VERIFICATION_NOT_FOUND');
await refuses(client.me(), 'unauthenticated');
assert.equal(client.sessionToken(), null);

// Two devices. A new password ends the other one, and keeps this one signed in.
await refuses(client.signIn({ email: EMAIL, password: PASSWORD }), 'INVALID_CREDENTIALS');
await accepts(client.signIn({ email: EMAIL, password: SECOND }));
await accepts(device.signIn({ email: EMAIL, password: SECOND }));
const { nodes } = await accepts(client.sessions({ first: 10 }));
assert.deepEqual(nodes.map(({ isCurrent }) => isCurrent).sort(), [false, true]);
await refuses(client.changePassword({ currentPassword: PASSWORD, newPassword: THIRD }), 'INVALID_CREDENTIALS');
const before = client.sessionToken();
await accepts(client.changePassword({ currentPassword: SECOND, newPassword: THIRD }));
assert.notEqual(client.sessionToken(), before);
await refuses(device.me(), 'unauthenticated');
assert.equal((await accepts(client.me())).email, EMAIL);

await accepts(device.signIn({ email: EMAIL, password: THIRD }));
const other = (await accepts(client.sessions())).nodes.find(({ isCurrent }) => !isCurrent);
await accepts(client.revokeSession({ id: other.id }));
await refuses(client.revokeSession({ id: other.id }), 'SESSION_NOT_FOUND');
assert.equal((await accepts(client.revokeOtherSessions())).revokedCount, 0);

// Another address.
await refuses(client.requestEmailChange({ newEmail: EMAIL, currentPassword: THIRD }), 'EMAIL_UNCHANGED');
await accepts(client.requestEmailChange({ newEmail: NEW_EMAIL, currentPassword: THIRD }));
assert.equal(open().pending('emailChange').email, NEW_EMAIL);
const changed = await accepts(open().confirmEmailChange({ code: await readCode(NEW_EMAIL) }));
assert.deepEqual([changed.user.email, client.pending('emailChange')], [NEW_EMAIL, null]);

await accepts(client.signOut());
await accepts(client.signIn({ email: NEW_EMAIL, password: THIRD }));
await refuses(client.deleteAccount({ currentPassword: SECOND }), 'INVALID_CREDENTIALS');
await accepts(client.deleteAccount({ currentPassword: THIRD }));
assert.deepEqual([...store.items], []);
await refuses(client.signIn({ email: NEW_EMAIL, password: THIRD }), 'INVALID_CREDENTIALS');
