// What went wrong, as a sentence for the person: `userErrors`, and failures of the whole request.
import type { CombinedError } from "urql";
import type { UserErrorCode, UserErrorFieldsFragment } from "./graphql.generated";

export type Problem = {
  code: UserErrorCode | "MISSING" | "OFFLINE" | "OVERLOADED" | "UNAUTHENTICATED" | "FAULT";
  text: string;
  /** The input at fault: the last part of its path. Null when no single one is. */
  field: string | null;
  /** The inputs that the problem is about. It is over when one of them changes. */
  about: string[];
  /** Do not try again before this time, in milliseconds since 1970. */
  waitUntil: number | null;
  /** How many tries this code has left. */
  triesLeft: number | null;
};

/** Everything that is wrong with an answer; empty when it succeeded. */
export function problemsOf(error: CombinedError | undefined, userErrors: UserErrorFieldsFragment[] | undefined): Problem[] {
  return error ? [failure(error)] : (userErrors ?? []).map(problem);
}

/** What the person has not typed yet. It is not sent, because the server would count it as a guess. */
export function missing(typed: Record<string, string>, codeLength: number | null = null): Problem[] {
  const rules: [field: string, text: string, least: number][] = [
    ["email", "Enter your email address.", 1],
    ["password", "Enter your password.", 1],
    ["activationCode", codeLength ? `Enter all ${codeLength} digits.` : "Enter the code from the email.", codeLength ?? 4],
  ];
  return rules
    .filter(([field, , least]) => (typed[field]?.length ?? least) < least)
    .map(([field, text]) => ({ code: "MISSING", text, field, about: [field], waitUntil: null, triesLeft: null }));
}

function problem(error: UserErrorFieldsFragment): Problem {
  const field = error.field?.at(-1) ?? null;
  return {
    code: error.code,
    text: sentence(error),
    field,
    about: about(error.code, field),
    waitUntil: after(error.retryAfterSeconds),
    triesLeft: error.attemptsRemaining,
  };
}

function about(code: UserErrorCode, field: string | null): string[] {
  if (field === "activationCode") return ["email", field]; // A code belongs to an email.
  if (field !== null) return [field];
  return code === "RATE_LIMITED" ? ["email"] : ["email", "password"];
}

/** A code that is new in the schema fails the type check here. A page that is already deployed shows its message. */
function sentence(error: UserErrorFieldsFragment): string {
  switch (error.code) {
    case "INVALID_EMAIL":
      return "Enter a valid email address. Is there a typo?";
    case "PASSWORD_TOO_SHORT":
    case "PASSWORD_TOO_LONG":
    case "RATE_LIMITED":
      return error.message; // It includes the number.
    case "PASSWORD_TOO_WEAK":
      return ["This password is too easy to guess.", ...error.suggestions].join(" ");
    case "INVALID_CREDENTIALS":
      return "Incorrect email or password.";
    case "ACCOUNT_DISABLED":
      return "Your account is disabled.";
    case "NOT_ACTIVATED":
      return "Your account isn't activated yet.";
    case "ALREADY_ACTIVATED":
      return "Your account is already active. Sign in.";
    case "INVALID_CODE":
      return `That code isn't right. ${tries(error.attemptsRemaining)}`;
    case "CODE_EXPIRED":
      return "This code has expired. Request a new one.";
    case "TOO_MANY_ATTEMPTS":
      return "Too many tries with this code. Request a new one.";
    case "VERIFICATION_NOT_FOUND":
      return "This registration has expired, or a newer one replaced it. Register again to get a new code.";
    default:
      error.code satisfies never;
      return error.message;
  }
}

function tries(left: number | null): string {
  if (left === null) return "Wait for the email, then enter the code from it.";
  if (left === 0) return "No tries left. Request a new code.";
  return left === 1 ? "You have one try left." : `You have ${left} tries left.`;
}

/** The problem when the request failed as a whole: the answer has no payload, or there is no answer. */
export function failure(error: CombinedError): Problem {
  const extensions = error.graphQLErrors[0]?.extensions;
  const response: Response | undefined = error.response;
  const problem = { field: null, about: [], waitUntil: null, triesLeft: null };
  switch (extensions?.code) {
    case "UNAUTHENTICATED":
      return { ...problem, code: "UNAUTHENTICATED", text: "Your session has ended. Sign in again." };
    case "RATE_LIMITED":
      return {
        ...problem,
        code: "RATE_LIMITED",
        text: "Too many attempts. Wait, then try again.",
        waitUntil: after(Number(extensions.retryAfterSeconds)),
      };
    case "OVERLOADED":
      return {
        ...problem,
        code: "OVERLOADED",
        text: "We're very busy right now. Try again in a moment.",
        waitUntil: after(Number(response?.headers.get("retry-after"))),
      };
  }
  if (!response) {
    const text = "We can't reach the server. Check your connection, then try again.";
    return { ...problem, code: "OFFLINE", text };
  }
  const id = extensions?.requestId;
  const text = "Something went wrong on our side. Try again.";
  return { ...problem, code: "FAULT", text: id ? `${text} If it keeps happening, give us this number: ${id}` : text };
}

function after(seconds: number | null): number | null {
  return seconds ? Date.now() + seconds * 1000 : null;
}
