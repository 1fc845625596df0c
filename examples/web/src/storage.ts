// What survives a reload. A password is never stored.
//
// The session token is in sessionStorage: it ends with the tab, other sites cannot read it, and the browser never sends it
// by itself, so there is no CSRF. But every script in this page can read it, so an injected script (XSS) has the session.
// The Content-Security-Policy in nginx.conf.template allows only our own scripts. If that is not enough, keep the token on
// a server of yours, and give the browser an HttpOnly, Secure, SameSite cookie.
//
// The registration that waits for its code is in localStorage, so that every tab of this browser can continue: also the
// one that the link in the email opens. Its token activates nothing without the emailed code. It is removed on activation;
// after a day it is ignored, and removed when the page starts.
import { newPending, type Pending, type Screen } from "./screen";

const SESSION = "session";
const REGISTRATION = "registration";

export function keep(screen: Screen): void {
  const pending = screen.at === "code" ? screen.pending : null;
  ifAllowed(() => {
    write(sessionStorage, SESSION, screen.at === "account" ? screen.token : null);
    // Without a token, another tab cannot continue.
    write(sessionStorage, REGISTRATION, pending?.email && !pending.token ? pending : null);
    if (pending?.token) write(localStorage, REGISTRATION, pending);
  });
}

/** The screen to start with; `code` is from the link in the email. */
export function restore(code: string | null = null): Screen {
  const session = ifAllowed(() => read(sessionStorage.getItem(SESSION)));
  if (typeof session === "string") return { at: "account", token: session };
  const kept = ifAllowed(() => registrationIn(sessionStorage) ?? registrationIn(localStorage));
  if (!kept) ifAllowed(() => write(localStorage, REGISTRATION, null));
  if (code === null) return kept ? { at: "code", pending: kept } : { at: "register" };
  return { at: "code", pending: { ...(kept ?? newPending("", null)), codeLength: code.length }, code };
}

/** Removes the registration of an email address. The other tabs are told when it is activated. */
export function endRegistration(email: string, { activated }: { activated: boolean }): void {
  ifAllowed(() => {
    if (registrationIn(localStorage)?.email !== email) return;
    if (activated) write(localStorage, REGISTRATION, { activated: email });
    write(localStorage, REGISTRATION, null);
  });
}

/** What another tab did to the registration that is kept: it activated this email address, or registered or resent. */
export type Elsewhere = { activated: string } | { pending: Pending };

/** Calls back when another tab changes the registration. Returns how to stop that. */
export function watchOtherTabs(tell: (change: Elsewhere) => void): () => void {
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key !== REGISTRATION) return;
    const kept = read(newValue) as { activated?: unknown } | null;
    if (typeof kept?.activated === "string") tell({ activated: kept.activated });
    else if (isPending(kept)) tell({ pending: kept });
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}

function registrationIn(store: Storage): Pending | null {
  const kept = read(store.getItem(REGISTRATION));
  return isPending(kept) ? kept : null;
}

/** An earlier version of this page may have kept something else. */
function isPending(kept: unknown): kept is Pending {
  const { email, token, endsAt, codeLength, clock, resendAt } = (kept ?? {}) as Partial<Pending>;
  const numbers = [endsAt, resendAt, codeLength ?? 0, ...(clock === null ? [] : [clock?.sentAt, clock?.expiresAt])];
  const isText = typeof email === "string" && (typeof token === "string" || token === null);
  return isText && numbers.every(Number.isFinite) && Date.now() < Number(endsAt);
}

function read(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function write(store: Storage, key: string, value: unknown): void {
  if (value === null) store.removeItem(key);
  else store.setItem(key, JSON.stringify(value));
}

/** A browser can forbid storage. Then a reload starts from the beginning. */
function ifAllowed<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
