import connect from './fetch.mjs';
import { ME, SIGN_IN, SIGN_OUT } from './documents.mjs';

// A backend for the frontend: the token stays in a cookie that no script can read, and the page calls this server.
const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const GONE = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

function bearer(request) {
  const cookies = (request.headers.get('cookie') ?? '').split('; ').map((cookie) => cookie.split('='));
  const [, token] = cookies.find(([name]) => name === COOKIE) ?? [];
  return token && `Bearer ${token}`;
}

// `origin` is this server's own, `address` the browser's. Each request gets a client of its own: two users share none.
export async function handle(request, { api, origin, address }) {
  // A browser sends the cookie along by itself, so whoever changes something has to be a page of ours.
  if (request.method !== 'GET' && request.headers.get('origin') !== origin) return new Response(null, { status: 403 });
  const send = connect(api, { 'x-forwarded-for': address });
  const headers = { 'cache-control': 'no-store' };
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case 'POST /sign-in': {
      const { signIn } = await send(SIGN_IN, { input: await request.json() });
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
      if (bearer(request)) await send(SIGN_OUT, {}, bearer(request));
      return new Response(null, { status: 204, headers: { ...headers, 'set-cookie': GONE } });
    }
    default:
      return new Response(null, { status: 404 });
  }
}

function date(text) {
  return new Date(text).toUTCString();
}
