// A guess at what the server will say about a new password. Only the server decides.
import type { RegistrationPolicy, UserErrorCode } from "account-client";

type Policy = Pick<RegistrationPolicy, "passwordMinLength" | "passwordMaxLength">;

export type Verdict = {
  /** What `register` would answer; null when it would accept the password. */
  code: Extract<UserErrorCode, `PASSWORD_${string}`> | null;
  /** From 0 (guessed at once) to 4. The server accepts 2 and more. */
  score: 0 | 1 | 2 | 3 | 4;
  suggestions: string[];
};

/** The estimator is slow on long texts, and where many characters can replace letters. So the server judges the first
 * characters only; see `api/src/credentials/strength.rs`. */
const JUDGED = 32;
const ALWAYS_JUDGED = 8;
const SUBSTITUTES = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7"];
const MAX_CHOICES = 16;

export async function judge(password: string, email: string, policy: Policy): Promise<Verdict> {
  const characters = [...password]; // Code points, as the server counts them: "🦀".length is 2.
  if (characters.length < policy.passwordMinLength) return { code: "PASSWORD_TOO_SHORT", score: 0, suggestions: [] };
  if (characters.length > policy.passwordMaxLength) return { code: "PASSWORD_TOO_LONG", score: 0, suggestions: [] };
  const zxcvbn = await loadEstimator();
  const { score, feedback } = zxcvbn(judgedPart(characters), partsOf(email));
  return { code: score < 2 ? "PASSWORD_TOO_WEAK" : null, score, suggestions: feedback.suggestions };
}

function judgedPart(characters: string[]): string {
  let length = Math.min(characters.length, JUDGED);
  while (length > ALWAYS_JUDGED && choices(characters.slice(0, length)) > MAX_CHOICES) length -= 1;
  return characters.slice(0, length).join("");
}

function choices(characters: string[]): number {
  const used = SUBSTITUTES.map((all) => [...all].filter((one) => characters.includes(one)).length);
  return used.reduce((product, count) => product * Math.max(count, 1), 1);
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
