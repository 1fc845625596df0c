// WEBHOOK_SECRET=whsec_… node webhooks.mjs: receives webhooks on a free port, and prints each event once.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
// In a database, kept for at least three days.
const seen = new Set();

async function receive(request, response) {
  const chunks = await request.toArray();
  // The bytes as they came: JSON that was parsed and written again has another signature.
  const body = Buffer.concat(chunks).toString();
  let event;
  try {
    event = webhook.verify(body, request.headers);
  } catch (error) {
    console.log(`refused: ${error.message}`);
    return response.writeHead(400).end();
  }
  const id = request.headers['webhook-id'];
  const isNew = !seen.has(id);
  seen.add(id);
  console.log(isNew ? `${event.type} ${JSON.stringify(event.data)}` : `again: ${event.type}`);
  response.writeHead(204).end();
}

const server = createServer(receive);
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
