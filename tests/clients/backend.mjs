import connect from './fetch.mjs';
import { ACTIVATE, ME, REGISTER, SIGN_IN, SIGN_OUT } from './documents.mjs';
import { Failure } from './failure.mjs';

// A backend for the frontend: the session token is in a cookie that no script can read, and the page calls this server.
const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const REMOVED = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

function bearer(request) {
  const cookies = (request.headers.get('cookie') ?? '').split('; ').map((cookie) => cookie.split('='));
  const [, token] = cookies.find(([name]) => name === COOKIE) ?? [];
  return token && `Bearer ${token}`;
}

// The answer to the page: the session token only as a cookie.
function signedIn({ session, userErrors }) {
  const headers = { 'cache-control': 'no-store' };
  if (session) {
    const expires = new Date(session.expiresAt).toUTCString();
    headers['set-cookie'] = `${COOKIE}=${session.token}; ${ATTRIBUTES}; Expires=${expires}`;
  }
  return Response.json({ user: session?.user ?? null, userErrors }, { headers });
}

// The status for the page. A failure without one makes this server a bad gateway.
const STATUS = { OVERLOADED: 503, BAD_USER_INPUT: 400 };

export async function handle(request, context) {
  try {
    return await answer(request, context);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const { code, message, retryAfterSeconds } = failure;
    const headers = retryAfterSeconds ? { 'retry-after': `${retryAfterSeconds}` } : {};
    return Response.json({ code, message }, { status: STATUS[code] ?? 502, headers });
  }
}

// `origin` is this server's own, `address` the browser's. Each request gets a client of its own: users share nothing.
async function answer(request, { api, origin, address }) {
  // The browser sends the cookie by itself, so only a page of ours may change something.
  if (request.method !== 'GET' && request.headers.get('origin') !== origin) return new Response(null, { status: 403 });
  const send = connect(api, { 'x-forwarded-for': address });
  const headers = { 'cache-control': 'no-store' };
  const input = request.method === 'POST' ? await request.json().catch(() => null) : null;
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case 'POST /register': {
      // The page keeps the verificationToken, which opens no session without the code.
      const { register } = await send(REGISTER, { input });
      return Response.json(register, { headers });
    }
    case 'POST /activate': {
      const { activate } = await send(ACTIVATE, { input });
      return signedIn(activate);
    }
    case 'POST /sign-in': {
      const { signIn } = await send(SIGN_IN, { input });
      return signedIn(signIn);
    }
    case 'GET /me': {
      try {
        const { me } = await send(ME, {}, bearer(request));
        return Response.json(me, { headers });
      } catch (failure) {
        if (failure.code !== 'UNAUTHENTICATED') throw failure;
        return Response.json(null, { headers: { ...headers, 'set-cookie': REMOVED } });
      }
    }
    case 'POST /sign-out': {
      // If the API cannot be reached, the person is signed out here, and the session expires by itself.
      if (bearer(request)) await send(SIGN_OUT, {}, bearer(request)).catch(() => {});
      return new Response(null, { status: 204, headers: { ...headers, 'set-cookie': REMOVED } });
    }
    default:
      return new Response(null, { status: 404 });
  }
}
