// What went wrong, in words for the person who sits there: refusals (`userErrors`) and failures (everything else).
import type { CombinedError } from "urql";
import type { RefusalFragment, UserErrorCode } from "./graphql.generated";

export type Problem = {
  code: UserErrorCode | "OFFLINE" | "OVERLOADED" | "UNAUTHENTICATED" | "FAULT";
  text: string;
  /** The input at fault: the last part of its path. Null when it is about no single one. */
  field: string | null;
  /** Trying again is no use before (milliseconds since 1970). */
  waitUntil: number | null;
  /** How often this code can still be tried. */
  triesLeft: number | null;
};

/** All that is wrong with an answer; nothing when it did what was asked. */
export function problemsOf(error: CombinedError | undefined, refusals: RefusalFragment[] | undefined): Problem[] {
  return error ? [failure(error)] : (refusals ?? []).map(refusal);
}

function refusal(error: RefusalFragment): Problem {
  return {
    code: error.code,
    text: sentence(error),
    field: error.field?.at(-1) ?? null,
    waitUntil: after(error.retryAfterSeconds),
    triesLeft: error.attemptsRemaining,
  };
}

/** A code that is new to the schema fails the type check here; one that is new to a page already out is still shown. */
export function sentence(error: RefusalFragment): string {
  switch (error.code) {
    case "INVALID_EMAIL":
      return "This is not an email address. Is there a typing mistake in it?";
    case "PASSWORD_TOO_SHORT":
    case "PASSWORD_TOO_LONG":
      return error.message; // It has the number.
    case "PASSWORD_TOO_WEAK":
      return ["This password is too easy to guess.", ...error.suggestions].join(" ");
    case "INVALID_CREDENTIALS":
      return "Email and password do not belong together.";
    case "NOT_ACTIVATED":
      return "Your account still waits for its code.";
    case "ALREADY_ACTIVATED":
      return "Your account is active already. Please sign in.";
    case "INVALID_CODE":
      return `This is not the code. ${tries(error.attemptsRemaining)}`;
    case "CODE_EXPIRED":
      return "This code has run out. Please ask for a new one.";
    case "TOO_MANY_ATTEMPTS":
      return "This code was tried too often. Please ask for a new one.";
    case "RATE_LIMITED":
      return "That was too often. Please wait a little.";
    default:
      error.code satisfies never;
      return error.message;
  }
}

function tries(left: number | null): string {
  if (left === null) return "Take the one from the newest mail.";
  if (left === 0) return "It has no tries left: please ask for a new one.";
  return left === 1 ? "One try is left." : `${left} tries are left.`;
}

/** Where the answer has no `userErrors`, or there is none. */
export function failure(error: CombinedError): Problem {
  const extensions = error.graphQLErrors[0]?.extensions;
  const response: Response | undefined = error.response;
  const problem = { field: null, waitUntil: null, triesLeft: null };
  switch (extensions?.code) {
    case "UNAUTHENTICATED":
      return { ...problem, code: "UNAUTHENTICATED", text: "Your session has ended. Please sign in again." };
    case "RATE_LIMITED":
      return {
        ...problem,
        code: "RATE_LIMITED",
        text: "That was too often. Please wait a little.",
        waitUntil: after(Number(extensions.retryAfterSeconds)),
      };
    case "OVERLOADED":
      return {
        ...problem,
        code: "OVERLOADED",
        text: "Very many people are here right now. Please try again in a moment.",
        waitUntil: after(Number(response?.headers.get("retry-after"))),
      };
  }
  if (!response) {
    const text = "The server cannot be reached. Please check your connection, then try again.";
    return { ...problem, code: "OFFLINE", text };
  }
  const id = extensions?.requestId;
  const text = "Something broke on our side; it is not your fault. Please try again.";
  return { ...problem, code: "FAULT", text: id ? `${text} If it stays, tell us this number: ${id}` : text };
}

function after(seconds: number | null): number | null {
  return seconds ? Date.now() + seconds * 1000 : null;
}
