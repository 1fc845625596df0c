// node readme.mjs URL MAILBOX: runs the examples in the README of clients/js, one after the other, at the server at URL,
// whose emails are in the mailer-mock at MAILBOX.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { emailedCodes } from './fixtures.mjs';

const [, , url, mailbox] = process.argv;
const readme = await readFile(new URL('../../clients/js/README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
assert.ok(examples.length > 5, readme);

// What the examples take for granted.
globalThis.email = 'ada@example.com';
globalThis.newEmail = 'grace@example.com';
globalThis.password = 'trombone over harp and drum';
globalThis.newPassword = 'tuba under harp and drum';
globalThis.readCode = emailedCodes(mailbox);
const told = [];
globalThis.console.log = (text) => told.push(text);

const results = 'registered waiting activated refused signedIn me sessions';
const code = `${examples.join('\n')}\nexport { ${results.replaceAll(' ', ', ')}, client };\n`;
// Here, where the package can be found.
const folder = await mkdtemp(new URL('readme-', import.meta.url).pathname);
try {
  await writeFile(`${folder}/examples.mjs`, code.replaceAll('http://localhost:8000/graphql', url));
  const { client, ...all } = await import(`${folder}/examples.mjs`);
  assert.deepEqual(told, [
    'Enter the 4 digits from the email.',
    'Welcome, ada@example.com!',
    'INVALID_CREDENTIALS: Incorrect email or password.',
  ]);
  assert.deepEqual([all.registered.ok, all.activated.ok, all.signedIn.ok], [true, true, true]);
  assert.equal(all.waiting.email, 'ada@example.com');
  assert.equal(all.me.data.email, 'ada@example.com');
  assert.equal(all.sessions.nodes.length, 2);
  // The account is deleted at the end.
  const gone = await client.signIn({ email: 'grace@example.com', password });
  assert.equal(gone.failure.userErrors[0].code, 'INVALID_CREDENTIALS');
} finally {
  await rm(folder, { recursive: true });
}
