// What the server will say of a new password, as far as a page can tell. Only the server decides.
import type { RegistrationPolicyQuery, UserErrorCode } from "./graphql.generated";

type Policy = RegistrationPolicyQuery["registrationPolicy"];

export type Verdict = {
  /** What `register` would answer; null when it would take the password. */
  code: Extract<UserErrorCode, `PASSWORD_${string}`> | null;
  /** From 0, guessed at once, to 4. The server takes 2 and more. */
  score: 0 | 1 | 2 | 3 | 4;
  suggestions: string[];
};

/** The estimator takes longer than it should over longer texts, so the server shows it so many characters alone. */
const JUDGED = 100;

export async function judge(password: string, email: string, policy: Policy): Promise<Verdict> {
  const characters = [...password]; // Code points, as the server counts: "🦀".length would be 2.
  if (characters.length < policy.passwordMinLength) return { code: "PASSWORD_TOO_SHORT", score: 0, suggestions: [] };
  if (characters.length > policy.passwordMaxLength) return { code: "PASSWORD_TOO_LONG", score: 0, suggestions: [] };
  const zxcvbn = await loadEstimator();
  const { score, feedback } = zxcvbn(characters.slice(0, JUDGED).join(""), partsOf(email));
  return { code: score < 2 ? "PASSWORD_TOO_WEAK" : null, score, suggestions: feedback.suggestions };
}

/** Its dictionaries are several times larger than the rest of the page. */
export async function loadEstimator() {
  return (await import("zxcvbn")).default;
}

/** Who guesses a password knows the address. */
function partsOf(email: string): string[] {
  const address = email.trim().normalize("NFC").toLowerCase();
  return [address, ...address.split("@")];
}
