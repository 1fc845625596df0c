// node nodemailer.mjs PORT CERTIFICATE: sends two emails over one connection.
import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';

const [port, certificate] = process.argv.slice(2);
const transport = createTransport({
  host: '127.0.0.1',
  port: Number(port),
  pool: true,
  maxConnections: 1,
  requireTLS: true,
  tls: { ca: readFileSync(certificate) },
  auth: { user: 'ada', pass: 'sécret' },
});
for (const to of ['ada@example.com', 'jörg@example.com']) {
  await transport.sendMail({
    from: 'Registration <no-reply@example.com>',
    to,
    subject: '4466 ist Ihr Code für heute',
    text: 'Ihr Code ist 4466.',
    html: '<p>Ihr Code ist <b>4466</b>.</p>',
  });
}
transport.close();
