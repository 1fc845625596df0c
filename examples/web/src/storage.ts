// What survives a reload, beside the tokens that the client keeps. A password is never stored.
//
// The session token is in sessionStorage: it ends with the tab, other sites cannot read it, and the browser never sends it
// by itself, so there is no CSRF. But every script in this page can read it, so an injected script (XSS) has the session.
// The Content-Security-Policy in nginx.conf.template allows only our own scripts. If that is not enough, keep the token on
// a server of yours, and give the browser an HttpOnly, Secure, SameSite cookie.
//
// Registrations and resets are in localStorage, so that every tab of this browser can continue: also the one that the link
// in the email opens. Their tokens do nothing without the emailed code. A change of the email is kept with the session,
// because nobody else can confirm it, and the next user of the browser must not see the address.
import { type Purpose, storageKeys } from "account-client";
import { client } from "./api";
import { newRegistration, type Registration, registrationOf, type Screen } from "./screen";
import { screenAt } from "./screen-at";

const UNNAMED = "registration";
const FINISHED = "finished";

/** A registration without a token is kept for its own tab: another one cannot continue. */
export function keep(screen: Screen): void {
  const unnamed = screen.at === "code" && !screen.pending.token && screen.pending.email !== "" ? screen.pending : null;
  ifAllowed(() => {
    if (unnamed) sessionStorage.setItem(UNNAMED, JSON.stringify(unnamed));
    else sessionStorage.removeItem(UNNAMED);
  });
}

/** The screen to start with; `code` is from the link in the email, `before` what the tab showed before a reload. */
export function restore(code: string | null = null, before: unknown = null): Screen {
  if (client.sessionToken() !== null) return screenAt(before) ?? { at: "account" };
  const registration = keptRegistration();
  if (code !== null) {
    return { at: "code", pending: { ...(registration ?? newRegistration("")), codeLength: code.length }, code };
  }
  const reset = client.pending("passwordReset");
  const isNewer = reset && (registration?.clock?.sentAt ?? 0) < reset.codeSentAt;
  if (isNewer) return { at: "reset", pending: reset };
  return registration ? { at: "code", pending: registration } : { at: "register" };
}

export function keptRegistration(): Registration | null {
  const unnamed = ifAllowed(() => read(sessionStorage.getItem(UNNAMED)));
  if (isUnnamed(unnamed)) return unnamed;
  const pending = client.pending("registration");
  return pending && registrationOf(pending);
}

/** What happened in another tab. */
export type Elsewhere = { finished: Purpose; email: string } | { began: Purpose };

/** Forgets what waits for a code at this address. The other tabs are told when it is finished. */
export function end(purpose: Purpose, email: string, { finished }: { finished: boolean }): void {
  if (finished) {
    ifAllowed(() => {
      localStorage.setItem(FINISHED, JSON.stringify({ finished: purpose, email }));
      localStorage.removeItem(FINISHED);
    });
  }
  if (client.pending(purpose)?.email === email) client.forget(purpose);
}

/** Calls back when another tab begins or finishes something. Returns how to stop that. */
export function watchOtherTabs(tell: (change: Elsewhere) => void): () => void {
  const listen = ({ key, newValue }: StorageEvent) => {
    if (newValue === null) return;
    if (key === storageKeys.registration) tell({ began: "registration" });
    if (key === storageKeys.passwordReset) tell({ began: "passwordReset" });
    const finished = key === FINISHED ? (read(newValue) as { finished?: Purpose; email?: string } | null) : null;
    if (finished?.finished && finished.email) tell({ finished: finished.finished, email: finished.email });
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}

/** An earlier version of this page may have kept something else. */
function isUnnamed(kept: unknown): kept is Registration {
  const { email, token, codeLength, clock, resendAt } = (kept ?? {}) as Partial<Registration>;
  const numbers = [resendAt, codeLength ?? 0, ...(clock === null ? [] : [clock?.sentAt, clock?.expiresAt])];
  return typeof email === "string" && token === null && numbers.every(Number.isFinite);
}

function read(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** A browser can forbid storage. Then a reload starts from the beginning. */
function ifAllowed<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
