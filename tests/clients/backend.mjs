import connect from './fetch.mjs';
import { ME, SIGN_IN, SIGN_OUT } from './documents.mjs';
import { Failure } from './failure.mjs';

// A backend for the frontend: the token stays in a cookie that no script can read, and the page calls this server.
const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const GONE = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

function bearer(request) {
  const cookies = (request.headers.get('cookie') ?? '').split('; ').map((cookie) => cookie.split('='));
  const [, token] = cookies.find(([name]) => name === COOKIE) ?? [];
  return token && `Bearer ${token}`;
}

// What the API says of itself goes on to the page. Where it says nothing, this server is a bad gateway.
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

// `origin` is this server's own, `address` the browser's. Each request gets a client of its own: two users share none.
async function answer(request, { api, origin, address }) {
  // A browser sends the cookie along by itself, so whoever changes something has to be a page of ours.
  if (request.method !== 'GET' && request.headers.get('origin') !== origin) return new Response(null, { status: 403 });
  const send = connect(api, { 'x-forwarded-for': address });
  const headers = { 'cache-control': 'no-store' };
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case 'POST /sign-in': {
      const { signIn } = await send(SIGN_IN, { input: await request.json().catch(() => null) });
      const { session, userErrors } = signIn;
      if (session) {
        headers['set-cookie'] = `${COOKIE}=${session.token}; ${ATTRIBUTES}; Expires=${date(session.expiresAt)}`;
      }
      // The page gets no token.
      return Response.json({ user: session?.user ?? null, userErrors }, { headers });
    }
    case 'GET /me': {
      try {
        const { me } = await send(ME, {}, bearer(request));
        return Response.json(me, { headers });
      } catch (failure) {
        if (failure.code !== 'UNAUTHENTICATED') throw failure;
        return Response.json(null, { headers: { ...headers, 'set-cookie': GONE } });
      }
    }
    case 'POST /sign-out': {
      // An API that cannot be told keeps nobody signed in here. Its session then ends by itself.
      if (bearer(request)) await send(SIGN_OUT, {}, bearer(request)).catch(() => {});
      return new Response(null, { status: 204, headers: { ...headers, 'set-cookie': GONE } });
    }
    default:
      return new Response(null, { status: 404 });
  }
}

function date(text) {
  return new Date(text).toUTCString();
}
