// node mailpit.mjs URL PORT: reads an email with the client library of Mailpit.
import assert from 'node:assert/strict';
import { MailpitClient } from 'mailpit-api';
import { createTransport } from 'nodemailer';

const [url, port] = process.argv.slice(2);
const transport = createTransport({ host: '127.0.0.1', port: Number(port), ignoreTLS: true });
await transport.sendMail({
  from: 'Registration <no-reply@example.com>',
  to: 'Ada <ada@example.com>',
  cc: 'Grace <grace@example.com>',
  bcc: 'linus@example.com',
  replyTo: 'help@example.com',
  list: { unsubscribe: 'https://example.com/leave' },
  subject: '4466 is your code',
  text: 'Your code is 4466.',
  html: '<p>Your code is <b>4466</b>.</p>',
  attachments: [{ filename: 'terms.txt', content: 'None.' }],
});

const mailpit = new MailpitClient(url);
const list = await mailpit.listMessages();
assert.equal(list.messages_count, 1);
assert.equal(list.messages[0].Attachments, 1);
assert.deepEqual(list.messages[0].To, [{ Name: 'Ada', Address: 'ada@example.com' }]);

const found = await mailpit.waitForMessage({ query: 'To:ada@example.com is:unread', tz: 'Europe/Berlin' });
const { ID } = list.messages[0];
assert.equal(found.ID, ID);
const mail = await mailpit.getMessageSummary(ID);
assert.equal(mail.Text.trim(), 'Your code is 4466.');
assert.deepEqual(mail.ListUnsubscribe.Links, ['https://example.com/leave']);
assert.deepEqual(mail.Cc, [{ Name: 'Grace', Address: 'grace@example.com' }]);
assert.deepEqual(mail.Bcc, [{ Name: '', Address: 'linus@example.com' }]);
assert.equal(mail.ReplyTo[0].Address, 'help@example.com');
assert.equal((await mailpit.getMessageHeaders(ID)).Subject[0], '4466 is your code');
assert.match(await mailpit.getMessageSource(ID), /^Content-Type: multipart/m);
assert.match(await mailpit.renderMessageHTML(ID), /<b>4466<\/b>/);
const [attachment] = mail.Attachments;
assert.equal(await (await mailpit.getMessageAttachment(ID, attachment.PartID)).text(), 'None.');

assert.equal(await mailpit.setReadStatus({ IDs: [ID], Read: true }, { tz: 'Europe/Berlin' }), 'ok');
assert.equal((await mailpit.searchMessages({ query: 'is:read has:attachment -subject:x', limit: 5 })).messages_count, 1);
assert.equal((await mailpit.listMessages()).messages[0].Read, true);
await mailpit.deleteMessagesBySearch({ query: 'from:nobody', tz: 'Europe/Berlin' });
assert.equal((await mailpit.listMessages()).total, 1);
await mailpit.deleteMessages({ IDs: [ID] });
assert.equal((await mailpit.listMessages()).total, 0);
