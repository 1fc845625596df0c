// Where somebody is in the application, and what of it outlives a reload.
import type { RegisterMutation } from "./graphql.generated";

/** A registration that waits for its code. */
export type Pending = {
  email: string;
  /** How many digits it has, when it was mailed and when its time is over, as far as this page can tell; null when it cannot. */
  code: { length: number; sentAt: number; expiresAt: number } | null;
  resendAt: number;
};

/** What is said at the top of a screen about how somebody got there. */
export type Said = { text: string; bad: boolean };

/** `news` take the place of what was `said`, should there be any. */
export type Screen =
  | { at: "register"; email?: string }
  | { at: "signIn"; email?: string; said?: Said; news?: Promise<Said | null> }
  | { at: "password"; pending: Pending; said?: Said }
  | { at: "code"; pending: Pending; password: string; said?: Said }
  | { at: "account"; token: string };

export type Go = (screen: Screen) => void;

/** What `register` and `resendActivationCode` answer when they mailed a code. */
type Mailed = Omit<RegisterMutation["register"], "userErrors">;

export function pending(email: string, mailed: Mailed): Pending {
  const now = Date.now();
  const { codeLength: length, codeExpiresInSeconds: lasts } = mailed;
  return {
    email,
    code: length === null ? null : { length, sentAt: now, expiresAt: now + (lasts ?? 0) * 1000 },
    resendAt: now + (mailed.resendAvailableInSeconds ?? 0) * 1000,
  };
}
