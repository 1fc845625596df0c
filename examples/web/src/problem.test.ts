import { CombinedError } from "urql";
import { expect, test, vi } from "vitest";
import type { UserErrorFieldsFragment } from "./graphql.generated";
import { failure, missing, problemsOf } from "./problem";

const userError: UserErrorFieldsFragment = {
  code: "INVALID_CODE",
  message: "What the server says.",
  field: ["input", "activationCode"],
  retryAfterSeconds: null,
  attemptsRemaining: 2,
  suggestions: [],
};

test("a user error is a sentence at its field", () => {
  expect(problemsOf(undefined, [userError])).toEqual([
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
  expect(problemsOf(undefined, [none])[0]?.text).toBe("That code isn't right. Wait for the email, then enter the code from it.");
});

test("an unknown code shows the server's message", () => {
  const unknown = { ...userError, code: "MOON_TOO_FULL" as UserErrorFieldsFragment["code"] };
  expect(problemsOf(undefined, [unknown])[0]?.text).toBe("What the server says.");
});

test("a weak password comes with suggestions", () => {
  const weak = { ...userError, code: "PASSWORD_TOO_WEAK" as const, suggestions: ["Add a word.", "Avoid dates."] };
  expect(problemsOf(undefined, [weak])[0]?.text).toBe("This password is too easy to guess. Add a word. Avoid dates.");
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

test("no answer and a bad answer are different problems", () => {
  expect(failure(new CombinedError({ networkError: new TypeError("Failed to fetch") })).code).toBe("OFFLINE");
  const response = new Response("Bad Gateway", { status: 502 });
  expect(failure(new CombinedError({ networkError: new Error("Bad Gateway"), response })).code).toBe("FAULT");
});

test("a fault includes the request id", () => {
  expect(failed("INTERNAL_SERVER_ERROR", { requestId: "01a2" }).text).toMatch(/01a2$/);
});

test("an ended session is UNAUTHENTICATED", () => {
  expect(failed("UNAUTHENTICATED").code).toBe("UNAUTHENTICATED");
});

test("a limit includes when to try again", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  expect(problemsOf(undefined, [{ ...userError, code: "RATE_LIMITED", retryAfterSeconds: 28 }])[0]?.waitUntil).toBe(1_028_000);
  expect(failed("RATE_LIMITED", { retryAfterSeconds: 30 }).waitUntil).toBe(1_030_000);
  expect(failed("OVERLOADED", {}, { "retry-after": "2" }).waitUntil).toBe(1_002_000);
  expect(failed("OVERLOADED").waitUntil).toBe(null);
  vi.useRealTimers();
});

function failed(code: string, extensions: object = {}, headers: Record<string, string> = {}) {
  const graphQLErrors = [{ message: "not for people", extensions: { code, ...extensions } }];
  return failure(new CombinedError({ graphQLErrors, response: new Response(null, { headers }) }));
}
