// A guess at what the server will say about a new password. Only the server decides.
import type { RegistrationPolicyQuery, UserErrorCode } from "./graphql.generated";

type Policy = RegistrationPolicyQuery["registrationPolicy"];

export type Verdict = {
  /** What `register` would answer; null when it would accept the password. */
  code: Extract<UserErrorCode, `PASSWORD_${string}`> | null;
  /** From 0 (guessed at once) to 4. The server accepts 2 and more. */
  score: 0 | 1 | 2 | 3 | 4;
  suggestions: string[];
};

/** The estimator is slow on long texts, so the server estimates only this many characters. */
const JUDGED = 100;

export async function judge(password: string, email: string, policy: Policy): Promise<Verdict> {
  const characters = [...password]; // Code points, as the server counts them: "🦀".length is 2.
  if (characters.length < policy.passwordMinLength) return { code: "PASSWORD_TOO_SHORT", score: 0, suggestions: [] };
  if (characters.length > policy.passwordMaxLength) return { code: "PASSWORD_TOO_LONG", score: 0, suggestions: [] };
  const zxcvbn = await loadEstimator();
  const { score, feedback } = zxcvbn(characters.slice(0, JUDGED).join(""), partsOf(email));
  return { code: score < 2 ? "PASSWORD_TOO_WEAK" : null, score, suggestions: feedback.suggestions };
}

/** Loaded on demand: its dictionaries are several times larger than the rest of the page. */
export async function loadEstimator() {
  return (await import("zxcvbn")).default;
}

/** An attacker knows the email address. */
function partsOf(email: string): string[] {
  // The server drops invisible characters around an address too.
  const address = email.replace(/^[\s\p{DI}]+|[\s\p{DI}]+$/gu, "").normalize("NFC").toLowerCase();
  return [address, ...address.split("@")];
}
