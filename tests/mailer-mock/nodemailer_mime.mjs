// node nodemailer_mime.mjs PORT: sends an email with a picture in its HTML to an international domain.
import { createTransport } from 'nodemailer';

const transport = createTransport({ host: '127.0.0.1', port: Number(process.argv[2]), ignoreTLS: true });
await transport.sendMail({
  from: '例ショップ <no-reply@example.com>',
  to: 'Ada <ada@bücher.example>',
  subject: '【例ショップ】認証コードのお知らせ：お客様の認証コードは482913です。有効期限は10分間です。',
  text: '認証コード：482 913\n',
  html: '<img src="cid:logo@example.com"><p>認証コード：<b>482 913</b></p>',
  attachments: [
    { filename: 'ロゴ.png', content: Buffer.from('PNG'), cid: 'logo@example.com' },
    { filename: 'ご利用規約.txt', content: 'ご利用規約', contentType: 'text/plain; charset=utf-8' },
    { filename: 'log.txt', content: 'a log', contentDisposition: 'inline' },
  ],
});
