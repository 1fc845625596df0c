// node flow.mjs CLIENT URL MAILBOX: goes from the first query to signing out with one of the clients in this folder, at
// the server at URL, whose mails are in the mailer-mock at MAILBOX, and sees what a person would read on the way.
import assert from 'node:assert/strict';
import { Account } from './account.mjs';
import { ME, POLICY } from './documents.mjs';
import { registrationPolicy } from './policy.mjs';
import { sentenceForFailure, sentenceForUserError } from './sentences.mjs';

const [, , client, url, mailbox] = process.argv;
const { default: connect } = await import(`./${client}.mjs`);

const EMAIL = 'ada@example.com';
// Beyond Latin-1, and with a colon, at which nothing may be cut.
const PASSWORD = 'Käse: 秘密 über 9000 🔑';

const read = ({ userErrors }) => userErrors.map(sentenceForUserError);
const failed = async (request) => sentenceForFailure(await request.then(assert.fail, (failure) => failure));

async function mailedCode() {
  const answer = await fetch(`${mailbox}/api/v1/wait?to=${encodeURIComponent(EMAIL)}&timeout=20s`);
  assert.equal(answer.status, 200);
  return (await answer.json()).Codes[0];
}

const policy = await registrationPolicy(url);
const { registrationPolicy: same } = await connect(url)(POLICY, {});
assert.deepEqual({ ...same, ...policy }, same);
assert.equal(policy.passwordMinLength, 8);

const account = new Account(connect(url));
assert.equal(await account.me(), null);

assert.deepEqual(read(await account.register('ada', '1234567')), [
  'This is not an email address that a mail can be sent to.',
  'The password needs at least 8 characters.',
]);
assert.deepEqual(read(await account.register(EMAIL, 'password')), [
  'This password is too easy to guess. Add another word or two. Uncommon words are better.',
]);

const registered = await account.register(EMAIL, PASSWORD);
assert.deepEqual(read(registered), []);
const code = await mailedCode();
assert.equal(code.length, registered.codeLength);
assert.deepEqual(read(await account.resend()), ['Too many attempts: try again in 30 seconds.']);

const wrong = code.replace(/.$/, (digit) => (Number(digit) + 1) % 10);
assert.deepEqual(read(await account.activate(wrong)), [
  'This is not the code that was mailed to you. You can try 2 times more.',
]);
// As a mail program lets it be copied.
const activated = await account.activate(` ${code.slice(0, 2)} ${code.slice(2)}\n`);
assert.deepEqual(read(activated), []);
assert.equal(activated.user.status, 'ACTIVE');
assert.equal((await account.me()).email, EMAIL);
await account.signOut();

const other = new Account(connect(url));
assert.deepEqual(read(await other.signIn(EMAIL, PASSWORD.replace(':', ''))), [
  'Email and password do not belong together.',
]);
assert.deepEqual(read(await other.signIn(EMAIL, PASSWORD)), []);
assert.equal((await other.me()).id, activated.user.id);

// What the first session's token is worth now, as a tab that slept meanwhile would find out.
const asleep = connect(url)(ME, {}, `Bearer ${activated.session.token}`);
assert.equal(await failed(asleep), 'You are not signed in any more. Please sign in again.');
