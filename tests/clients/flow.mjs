// node flow.mjs CLIENT URL MAILBOX: uses one of the clients in this folder from the first query to signing out, at the
// server at URL, whose emails are in the mailer-mock at MAILBOX, and checks what a person would read on the way.
import assert from 'node:assert/strict';
import { Account } from './account.mjs';
import { ME, POLICY } from './documents.mjs';
import { emailedCode, newStore } from './fixtures.mjs';
import { takeCodeFromLink } from './link.mjs';
import { registrationPolicy } from './policy.mjs';
import { keepRegistration, keptRegistration } from './registration.mjs';
import { sentenceForFailure, sentenceForUserError } from './sentences.mjs';

const [, , client, url, mailbox] = process.argv;
const { default: connect } = await import(`./${client}.mjs`);

const EMAIL = 'ada@example.com';
// Beyond Latin-1, and with a colon, which must not split it.
const PASSWORD = 'Käse: 秘密 über 9000 🔑';

const read = ({ userErrors }) => userErrors.map(sentenceForUserError);
const failed = async (request) => sentenceForFailure(await request.then(assert.fail, (failure) => failure));

const policy = await registrationPolicy(url);
const { registrationPolicy: same } = await connect(url)(POLICY, {});
assert.deepEqual({ ...same, ...policy }, same);
assert.equal(policy.passwordMinLength, 8);

const store = newStore();
const account = new Account(connect(url), store);
assert.equal(await account.me(), null);

assert.deepEqual(read(await account.register('ada', '1234567')), [
  'Enter a valid email address.',
  'The password must have at least 8 characters.',
]);
assert.deepEqual(read(await account.register(EMAIL, 'password')), [
  'This password is too easy to guess. This password appears in data breaches. Choose a different one.',
]);
assert.equal(keptRegistration(store), null);

const registered = await account.register(EMAIL, PASSWORD);
assert.deepEqual(read(registered), []);
assert.equal(keptRegistration(store).email, EMAIL);
const kept = JSON.stringify([...store.items]);
assert.ok(kept.includes(registered.verificationToken) && !kept.includes(PASSWORD), kept);
const code = await emailedCode(mailbox, EMAIL);
assert.equal(code.length, registered.codeLength);

// After a reload, and in another tab.
const reloaded = new Account(connect(url), store);
assert.deepEqual(read(await reloaded.resend()), ['We just sent an email to this address. You can request another in 30 seconds.']);
const wrong = code.replace(/.$/, (digit) => (Number(digit) + 1) % 10);
assert.deepEqual(read(await reloaded.activate(wrong)), [
  "That code isn't right. You have 2 tries left.",
]);
// As an email program may copy it.
const activated = await reloaded.activate(` ${code.slice(0, 2)} ${code.slice(2)}\n`);
assert.deepEqual(read(activated), []);
assert.equal(activated.session.user.status, 'ACTIVE');
assert.equal(keptRegistration(store), null);
assert.equal((await reloaded.me()).email, EMAIL);
await reloaded.signOut();

// On another device, which opens the link in the email.
const GRACE = 'grace@example.com';
const grace = newStore();
await new Account(connect(url), grace).register(GRACE, PASSWORD);
const replaced = [];
const linked = takeCodeFromLink({
  location: new URL(`https://app.example.com/activate?lang=en#code=${await emailedCode(mailbox, GRACE)}`),
  history: { state: 7, replaceState: (...change) => replaced.push(change) },
});
assert.deepEqual(replaced, [[7, '', '/activate?lang=en']]);
assert.equal(takeCodeFromLink({ location: new URL('https://app.example.com/#code=%3Cb%3E'), history: { replaceState() {} } }), null);
assert.equal(takeCodeFromLink({ location: new URL('https://app.example.com/?code=4466') }), null);
const device = new Account(connect(url), newStore());
assert.equal((await device.activate(linked).catch((failure) => failure)).code, 'UNAUTHENTICATED');
assert.deepEqual(read(await device.activateWithPassword(GRACE, PASSWORD, linked)), []);
assert.equal((await device.me()).email, GRACE);

// The browser that registered finds out.
const over = await new Account(connect(url), grace).activate(linked);
assert.deepEqual([over.session, over.userErrors[0].code, keptRegistration(grace)], [null, 'ALREADY_ACTIVATED', null]);
keepRegistration(grace, { email: GRACE, verificationToken: 'unknown' });
const gone = await new Account(connect(url), grace).activate(linked);
assert.deepEqual([gone.userErrors[0].code, keptRegistration(grace)], ['VERIFICATION_NOT_FOUND', null]);

const other = new Account(connect(url), newStore());
assert.deepEqual(read(await other.signIn(EMAIL, PASSWORD.replace(':', ''))), ['Incorrect email or password.']);
assert.deepEqual(read(await other.signIn(EMAIL, PASSWORD)), []);
assert.equal((await other.me()).id, activated.session.user.id);

// A tab that slept sends the token of the first session.
const asleep = connect(url)(ME, {}, `Bearer ${activated.session.token}`);
assert.equal(await failed(asleep), 'Your session has ended. Sign in again.');
