// Where a person is in the application.
import type { Pending } from "account-client";

/** A registration that waits for its code. */
export type Registration = {
  /** Empty when the page was opened from an email in a browser that did not register. */
  email: string;
  /** Names the registration. Null in a browser that did not register: there, email and password name it. */
  token: string | null;
  /** Null when the page cannot know it. */
  codeLength: number | null;
  /** When the code was sent and when it expires: an estimate, or null when the page cannot know it. */
  clock: Clock | null;
  resendAt: number;
};

export type Clock = { sentAt: number; expiresAt: number };

/** What the top of a screen says about how the person got there. */
export type Said = { text: string; bad: boolean };

/** `news` replaces `said` when it arrives. `code` and `password` fill the fields. */
export type Screen =
  | { at: "register"; email?: string; said?: Said }
  | { at: "signIn"; email?: string; said?: Said; news?: Promise<Said | null> }
  | { at: "code"; pending: Registration; code?: string; password?: string; said?: Said }
  | { at: "forgot"; email?: string; said?: Said }
  | { at: "reset"; pending: Pending; said?: Said }
  | AccountScreen;

/** A screen of a person who is signed in. `email` is theirs, if the page knows it. */
export type AccountScreen =
  | { at: "account" | "devices" | "changePassword" | "deleteAccount"; email?: string; said?: Said }
  | { at: "changeEmail"; email?: string; newEmail?: string; said?: Said }
  | { at: "confirmEmail"; email?: string; pending: Pending; said?: Said };

export type Go = (screen: Screen) => void;

export function newRegistration(email: string): Registration {
  return { email, token: null, codeLength: null, clock: null, resendAt: 0 };
}

export function registrationOf(pending: Pending): Registration {
  const { email, verificationToken, codeLength, resendAvailableAt } = pending;
  return { email, token: verificationToken, codeLength, clock: clockOf(pending), resendAt: resendAvailableAt };
}

export function clockOf({ codeSentAt, codeExpiresAt }: Pending): Clock {
  return { sentAt: codeSentAt, expiresAt: codeExpiresAt };
}

/** What a server says when it sends a code to a registration that email and password name. */
type Sent = { codeLength: number; codeExpiresInSeconds: number; resendAvailableInSeconds: number };

export function withCodeSent(registration: Registration, sent: Sent): Registration {
  const now = Date.now();
  return {
    ...registration,
    codeLength: sent.codeLength,
    clock: { sentAt: now, expiresAt: now + sent.codeExpiresInSeconds * 1000 },
    resendAt: now + sent.resendAvailableInSeconds * 1000,
  };
}

/** The address on a screen, to fill the next one. */
export function emailOf(screen: Screen): string | undefined {
  return screen.at === "code" || screen.at === "reset" ? screen.pending.email : screen.email;
}

export function isAccountScreen(screen: Screen): screen is AccountScreen {
  return !["register", "signIn", "code", "forgot", "reset"].includes(screen.at);
}
