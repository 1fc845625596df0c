// What a reload of this tab finds again: the session's token, or which registration waits for its code. Never a password.
//
// sessionStorage ends with the tab, no other site reads it, and nothing sends it by itself, so there is no CSRF. But every
// script that runs in this page can read it: one that is smuggled in (XSS) has the session. The Content-Security-Policy
// in nginx.conf.template lets none but our own run. Where that is not enough, keep the token on a server of yours, and give
// the browser a cookie that is HttpOnly, Secure and SameSite instead.
import type { Pending, Screen } from "./screen";

const KEY = "sign-up";

type Kept = { token?: unknown; pending?: unknown };

export function keep(screen: Screen): void {
  try {
    const kept = whatToKeep(screen);
    if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage can be forbidden. Then a reload starts anew.
  }
}

export function restore(): Screen {
  try {
    const { token, pending } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Kept;
    if (typeof token === "string") return { at: "account", token };
    if (isPending(pending)) return { at: "password", pending };
  } catch {
    // Forbidden, or not ours.
  }
  return { at: "register" };
}

/** An earlier version of this page may have kept something else. */
function isPending(kept: unknown): kept is Pending {
  const { email, code, resendAt } = (kept ?? {}) as Partial<Pending>;
  const numbers = code === null ? [resendAt] : [resendAt, code?.length, code?.sentAt, code?.expiresAt];
  return typeof email === "string" && numbers.every(Number.isFinite);
}

function whatToKeep(screen: Screen): Kept | null {
  switch (screen.at) {
    case "account":
      return { token: screen.token };
    case "password":
    case "code":
      return { pending: screen.pending };
    case "register":
    case "signIn":
      return null;
  }
}
