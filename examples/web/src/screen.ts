// Where a person is in the application.
import type { ResendMutation } from "./graphql.generated";

/** A registration that waits for its code. */
export type Pending = {
  /** Empty when the page was opened from an email in a browser that did not register. */
  email: string;
  /** Names the registration. Null in a browser that did not register: there, email and password name it. */
  token: string | null;
  /** When the server forgets the registration, in milliseconds since 1970. */
  endsAt: number;
  /** Null when the page cannot know it. */
  codeLength: number | null;
  /** When the code was sent and when it expires: an estimate, or null when the page cannot know it. */
  clock: { sentAt: number; expiresAt: number } | null;
  resendAt: number;
};

/** What the top of a screen says about how the person got there. */
export type Said = { text: string; bad: boolean };

/** `news` replaces `said` when it arrives. `code` and `password` fill the fields. */
export type Screen =
  | { at: "register"; email?: string; said?: Said }
  | { at: "signIn"; email?: string; said?: Said; news?: Promise<Said | null> }
  | { at: "code"; pending: Pending; code?: string; password?: string; said?: Said }
  | { at: "account"; token: string };

export type Go = (screen: Screen) => void;

const DAY = 24 * 60 * 60 * 1000;

export function newPending(email: string, token: string | null): Pending {
  return { email, token, endsAt: Date.now() + DAY, codeLength: null, clock: null, resendAt: 0 };
}

/** What `register` and `resendActivationCode` answer when they send a code. */
type Sent = Omit<ResendMutation["resendActivationCode"], "userErrors">;

export function withCodeSent(pending: Pending, { codeLength, codeExpiresInSeconds, resendAvailableInSeconds }: Sent): Pending {
  const now = Date.now();
  return {
    ...pending,
    codeLength,
    clock: codeExpiresInSeconds === null ? null : { sentAt: now, expiresAt: now + codeExpiresInSeconds * 1000 },
    resendAt: now + (resendAvailableInSeconds ?? 0) * 1000,
  };
}
