// What went wrong, as a sentence for the person: refusals, and failures of the whole request.
import type { Failure, RequestFailure, UserError } from "account-client";

export type Problem = {
  code: UserError["code"] | RequestFailure["kind"] | "MISSING";
  text: string;
  /** The input at fault. Null when no single one is. */
  field: string | null;
  /** The inputs that the problem is about. It is over when one of them changes. */
  about: string[];
  /** Do not try again before this time, in milliseconds since 1970. */
  waitUntil: number | null;
  /** How many tries this code has left. */
  triesLeft: number | null;
};

/** Everything that is wrong with an answer. */
export function problemsOf(failure: Failure): Problem[] {
  return failure.kind === "refused" ? failure.userErrors.map(problem) : [failed(failure)];
}

/** What the person has not typed yet. It is not sent, because the server would count it as a guess. */
export function missing(typed: Record<string, string>, codeLength: number | null = null): Problem[] {
  const digits = codeLength ? `Enter all ${codeLength} digits.` : "Enter the code from the email.";
  const rules: [field: string, text: string, least: number][] = [
    ["email", "Enter your email address.", 1],
    ["password", "Enter your password.", 1],
    ["activationCode", digits, codeLength ?? 4],
    ["code", digits, codeLength ?? 4],
    ["newEmail", "Enter the new email address.", 1],
    ["currentPassword", "Enter your current password.", 1],
    ["newPassword", "Enter a new password.", 1],
    ["confirmation", "Tick the box to confirm.", 1],
  ];
  return rules
    .filter(([field, , least]) => (typed[field]?.length ?? least) < least)
    .map(([field, text]) => ({ code: "MISSING", text, field, about: [field], waitUntil: null, triesLeft: null }));
}

/** When the longest wait of these problems ends, in milliseconds since 1970; 0 if there is none. */
export function waitEnd(problems: Problem[]): number {
  return Math.max(0, ...problems.map(({ waitUntil }) => waitUntil ?? 0));
}

/** Whether the code can no longer succeed. */
export function isDead({ code, triesLeft }: Problem): boolean {
  return code === "CODE_EXPIRED" || triesLeft === 0;
}

function problem(error: UserError): Problem {
  const { code, field, retryAfterSeconds, attemptsRemaining } = error;
  return {
    code,
    text: sentence(error),
    field,
    about: about(code, field),
    waitUntil: after(retryAfterSeconds),
    triesLeft: attemptsRemaining,
  };
}

function about(code: UserError["code"], field: string | null): string[] {
  if (field === "activationCode") return ["email", field]; // A code belongs to an email.
  if (field !== null) return [field];
  return code === "RATE_LIMITED" ? ["email", "newEmail"] : ["email", "password"];
}

/** A code that is new in the schema fails the type check here. A page that is already deployed shows its message. */
function sentence(error: UserError): string {
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
      return error.field === "currentPassword" ? "That isn't your current password." : "Incorrect email or password.";
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
    case "EMAIL_UNCHANGED":
      return "This is already your email address.";
    case "SESSION_NOT_FOUND":
      return "This device is already signed out.";
    case "UNKNOWN":
      return error.message;
    default:
      error satisfies never;
      return (error as UserError).message;
  }
}

function tries(left: number | null): string {
  if (left === null) return "Wait for the email, then enter the code from it.";
  if (left === 0) return "No tries left. Request a new code.";
  return left === 1 ? "You have one try left." : `You have ${left} tries left.`;
}

/** The problem when the request failed as a whole. */
export function failed(failure: RequestFailure): Problem {
  const waitUntil = "retryAfterSeconds" in failure ? after(failure.retryAfterSeconds) : null;
  return { code: failure.kind, text: text(failure), field: null, about: [], waitUntil, triesLeft: null };
}

function text(failure: RequestFailure): string {
  switch (failure.kind) {
    case "unauthenticated":
      return "Your session has ended. Sign in again.";
    case "rateLimited":
      return "Too many attempts. Wait, then try again.";
    case "overloaded":
      return "We're very busy right now. Try again in a moment.";
    case "network":
      return "We can't reach the server. Check your connection, then try again.";
    case "aborted":
      return failure.message;
    case "badRequest":
    case "serverError": {
      const text = "Something went wrong on our side. Try again.";
      const id = failure.kind === "serverError" ? failure.requestId : null;
      return id ? `${text} If it keeps happening, give us this number: ${id}` : text;
    }
  }
}

function after(seconds: number | null): number | null {
  return seconds ? Date.now() + seconds * 1000 : null;
}
