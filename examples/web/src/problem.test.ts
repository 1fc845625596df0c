import type { Failure, UserError } from "account-client";
import { expect, test, vi } from "vitest";
import { failed, missing, problemsOf } from "./problem";

const userError: UserError = {
  code: "INVALID_CODE",
  message: "What the server says.",
  field: "activationCode",
  retryAfterSeconds: null,
  attemptsRemaining: 2,
  suggestions: [],
};

function refused(error: UserError): Failure {
  return { kind: "refused", userErrors: [error] };
}

test("a user error is a sentence at its field", () => {
  expect(problemsOf(refused(userError))).toEqual([
    {
      code: "INVALID_CODE",
      text: "That code isn't right. You have 2 tries left.",
      field: "activationCode",
      about: ["email", "activationCode"],
      waitUntil: null,
      triesLeft: 2,
    },
  ]);
  const none = { ...userError, attemptsRemaining: null };
  expect(problemsOf(refused(none))[0]?.text).toBe("That code isn't right. Wait for the email, then enter the code from it.");
});

test("an unknown code shows the server's message", () => {
  const unknown = { ...userError, code: "UNKNOWN" as const, serverCode: "MOON_TOO_FULL" };
  expect(problemsOf(refused(unknown))[0]?.text).toBe("What the server says.");
});

test("a weak password comes with suggestions", () => {
  const weak = { ...userError, code: "PASSWORD_TOO_WEAK" as const, suggestions: ["Add a word.", "Avoid dates."] };
  expect(problemsOf(refused(weak))[0]?.text).toBe("This password is too easy to guess. Add a word. Avoid dates.");
});

test("what is not typed is missing", () => {
  const told = (typed: Record<string, string>, length?: number) => missing(typed, length).map(({ field, text }) => [field, text]);
  expect(told({ email: "", password: "" })).toEqual([
    ["email", "Enter your email address."],
    ["password", "Enter your password."],
  ]);
  expect(told({ email: "a", password: " " })).toEqual([]);
  expect(told({ activationCode: "446" }, 4)).toEqual([["activationCode", "Enter all 4 digits."]]);
  expect(told({ activationCode: "4466" }, 4)).toEqual([]);
  expect(told({ activationCode: "446" })).toEqual([["activationCode", "Enter the code from the email."]]);
  expect(told({ activationCode: "4466" })).toEqual([]);
});

test("a wrong current password is a problem of its field", () => {
  const wrong = { ...userError, code: "INVALID_CREDENTIALS" as const, field: "currentPassword" };
  const [problem] = problemsOf(refused(wrong));
  expect([problem?.text, problem?.about]).toEqual(["That isn't your current password.", ["currentPassword"]]);
  expect(problemsOf(refused({ ...wrong, field: null }))[0]?.text).toBe("Incorrect email or password.");
});

test("no answer and a bad answer are different problems", () => {
  const [message, code] = ["not for people", null];
  expect(failed({ kind: "network", message }).text).toMatch(/^We can't reach the server/);
  expect(failed({ kind: "serverError", message, code, requestId: null }).text).toBe("Something went wrong on our side. Try again.");
  expect(failed({ kind: "serverError", message, code, requestId: "01a2" }).text).toMatch(/01a2$/);
  expect(failed({ kind: "unauthenticated", message }).text).toBe("Your session has ended. Sign in again.");
});

test("a limit includes when to try again", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const limit = { ...userError, code: "RATE_LIMITED" as const, retryAfterSeconds: 28 };
  expect(problemsOf(refused(limit))[0]?.waitUntil).toBe(1_028_000);
  expect(failed({ kind: "rateLimited", message: "", retryAfterSeconds: 30 }).waitUntil).toBe(1_030_000);
  expect(failed({ kind: "overloaded", message: "", retryAfterSeconds: 2 }).waitUntil).toBe(1_002_000);
  expect(failed({ kind: "overloaded", message: "", retryAfterSeconds: null }).waitUntil).toBe(null);
  vi.useRealTimers();
});
