import { createAccountClient, memoryStorage, storageKeys } from 'account-client';

// A backend for the frontend: the session token is in a cookie that no script can read, and the page calls this server.
const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const REMOVED = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;
const HEADERS = { 'cache-control': 'no-store' };

// Each request gets a client of its own: users share nothing. `address` is the browser's, for the limits of the API.
function clientFor(request, { api, address }) {
  const storage = memoryStorage();
  const cookies = (request.headers.get('cookie') ?? '').split('; ').map((cookie) => cookie.split('='));
  const [, token] = cookies.find(([name]) => name === COOKIE) ?? [];
  if (token) storage.setItem(storageKeys.session, token);
  const forward = (url, { headers, ...init }) => fetch(url, { ...init, headers: { ...headers, 'x-forwarded-for': address } });
  return createAccountClient({ url: api, storage, fetch: forward });
}

// The answer to the page: the session token only as a cookie.
function signedIn({ ok, data, failure }) {
  if (!ok) return refused(failure);
  const { token, expiresAt, user } = data.session;
  const cookie = `${COOKIE}=${token}; ${ATTRIBUTES}; Expires=${new Date(expiresAt).toUTCString()}`;
  return Response.json({ user, userErrors: [] }, { headers: { ...HEADERS, 'set-cookie': cookie } });
}

// A failure of the whole request without a status here makes this server a bad gateway.
const STATUS = { overloaded: 503, rateLimited: 429, badRequest: 400 };

function refused({ kind, message, userErrors, retryAfterSeconds }) {
  if (userErrors) return Response.json({ user: null, userErrors }, { headers: HEADERS });
  const headers = { ...HEADERS, ...(retryAfterSeconds && { 'retry-after': `${retryAfterSeconds}` }) };
  return Response.json({ kind, message }, { status: STATUS[kind] ?? 502, headers });
}

// `origin` is this server's own.
export async function handle(request, { api, origin, address }) {
  // The browser sends the cookie by itself, so only a page of ours may change something.
  if (request.method !== 'GET' && request.headers.get('origin') !== origin) return new Response(null, { status: 403 });
  const client = clientFor(request, { api, address });
  const input = request.method === 'POST' ? ((await request.json().catch(() => null)) ?? {}) : null;
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case 'POST /register': {
      // The page keeps the verificationToken, which opens no session without the code.
      const { ok, data, failure } = await client.register(input);
      return ok ? Response.json({ ...data, userErrors: [] }, { headers: HEADERS }) : refused(failure);
    }
    case 'POST /activate':
      return signedIn(await client.activate(input));
    case 'POST /sign-in':
      return signedIn(await client.signIn(input));
    case 'GET /me': {
      const { ok, data, failure } = await client.me();
      if (ok) return Response.json(data, { headers: HEADERS });
      if (failure.kind !== 'unauthenticated') return refused(failure);
      return Response.json(null, { headers: { ...HEADERS, 'set-cookie': REMOVED } });
    }
    case 'POST /sign-out':
      // If the API cannot be reached, the person is signed out here, and the session expires by itself.
      await client.signOut();
      return new Response(null, { status: 204, headers: { ...HEADERS, 'set-cookie': REMOVED } });
    default:
      return new Response(null, { status: 404 });
  }
}
