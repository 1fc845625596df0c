// What waits for an emailed code. It survives a reload, so that the person can go on, and a password is no part of it.
import { storageKeys, type TokenStorage } from "./storage.js";

export type Purpose = "registration" | "passwordReset" | "emailChange";

export type Pending = {
  /** The address that the code was sent to, as typed. */
  email: string;
  /** Names the verification. It does nothing without the code. Never put it into a URL. */
  verificationToken: string;
  /** When the server forgets the verification. All times are in milliseconds since 1970. */
  endsAt: number;
  codeLength: number;
  codeSentAt: number;
  /** An estimate, because the email can leave later: never disable the form then. */
  codeExpiresAt: number;
  /** When another code can be requested. */
  resendAvailableAt: number;
};

/** What the server says when it sends a code. */
export type CodeSent = { codeLength: number; codeExpiresInSeconds: number; resendAvailableInSeconds: number };

const HOUR = 60 * 60 * 1000;
const LIFETIME: Record<Purpose, number> = { registration: 24 * HOUR, passwordReset: HOUR, emailChange: HOUR };

export type Pendings = ReturnType<typeof createPendings>;

export function createPendings(storage: TokenStorage, now: () => number) {
  const write = (purpose: Purpose, pending: Pending) => {
    storage.setItem(storageKeys[purpose], JSON.stringify(pending));
  };

  function get(purpose: Purpose): Pending | null {
    const kept = parse(storage.getItem(storageKeys[purpose]));
    if (kept && now() < kept.endsAt) return kept;
    storage.removeItem(storageKeys[purpose]);
    return null;
  }

  return {
    get,
    begin(purpose: Purpose, email: string, sent: CodeSent & { verificationToken: string }) {
      const endsAt = now() + LIFETIME[purpose];
      write(purpose, { email, verificationToken: sent.verificationToken, endsAt, ...timesOf(sent, now()) });
    },
    /** Another code was sent. Another tab may have begun something newer, which stays. */
    codeSent(purpose: Purpose, verificationToken: string, sent: CodeSent) {
      const kept = get(purpose);
      if (kept?.verificationToken === verificationToken) write(purpose, { ...kept, ...timesOf(sent, now()) });
    },
    /** Forgets what this token names, or whatever there is. */
    forget(purpose: Purpose, verificationToken?: string) {
      const isNewer = verificationToken !== undefined && get(purpose)?.verificationToken !== verificationToken;
      if (!isNewer) storage.removeItem(storageKeys[purpose]);
    },
  };
}

function timesOf(sent: CodeSent, now: number) {
  return {
    codeLength: sent.codeLength,
    codeSentAt: now,
    codeExpiresAt: now + sent.codeExpiresInSeconds * 1000,
    resendAvailableAt: now + sent.resendAvailableInSeconds * 1000,
  };
}

/** Another program or version may have stored something else. */
function parse(text: string | null): Pending | null {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Record<keyof Pending, unknown>> | null;
    const texts = [kept?.email, kept?.verificationToken];
    const numbers = [kept?.endsAt, kept?.codeLength, kept?.codeSentAt, kept?.codeExpiresAt, kept?.resendAvailableAt];
    const isPending = texts.every((text) => typeof text === "string") && numbers.every(Number.isFinite);
    return isPending ? (kept as Pending) : null;
  } catch {
    return null;
  }
}
