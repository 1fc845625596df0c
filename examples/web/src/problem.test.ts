import { CombinedError } from "urql";
import { expect, test, vi } from "vitest";
import type { RefusalFragment } from "./graphql.generated";
import { failure, problemsOf } from "./problem";

const refusal: RefusalFragment = {
  code: "INVALID_CODE",
  message: "What the server says.",
  field: ["input", "activationCode"],
  retryAfterSeconds: null,
  attemptsRemaining: 2,
  suggestions: [],
};

test("a refusal is told in words, at its field", () => {
  expect(problemsOf(undefined, [refusal])).toEqual([
    { code: "INVALID_CODE", text: "This is not the code. 2 tries are left.", field: "activationCode", waitUntil: null, triesLeft: 2 },
  ]);
  const none = { ...refusal, attemptsRemaining: null };
  expect(problemsOf(undefined, [none])[0]?.text).toBe("This is not the code. Take the one from the newest mail.");
});

test("a code that this page does not know shows what the server says", () => {
  const unknown = { ...refusal, code: "MOON_TOO_FULL" as RefusalFragment["code"] };
  expect(problemsOf(undefined, [unknown])[0]?.text).toBe("What the server says.");
});

test("a weak password comes with what would make it better", () => {
  const weak = { ...refusal, code: "PASSWORD_TOO_WEAK" as const, suggestions: ["Add a word.", "Avoid dates."] };
  expect(problemsOf(undefined, [weak])[0]?.text).toBe("This password is too easy to guess. Add a word. Avoid dates.");
});

test("no answer at all is told apart from a bad one", () => {
  expect(failure(new CombinedError({ networkError: new TypeError("Failed to fetch") })).code).toBe("OFFLINE");
  const response = new Response("Bad Gateway", { status: 502 });
  expect(failure(new CombinedError({ networkError: new Error("Bad Gateway"), response })).code).toBe("FAULT");
});

test("a fault has a number to quote", () => {
  expect(failed("INTERNAL_SERVER_ERROR", { requestId: "01a2" }).text).toMatch(/01a2$/);
});

test("an ended session is told", () => {
  expect(failed("UNAUTHENTICATED").code).toBe("UNAUTHENTICATED");
});

test("who has to wait is told how long", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  expect(problemsOf(undefined, [{ ...refusal, code: "RATE_LIMITED", retryAfterSeconds: 28 }])[0]?.waitUntil).toBe(1_028_000);
  expect(failed("RATE_LIMITED", { retryAfterSeconds: 30 }).waitUntil).toBe(1_030_000);
  expect(failed("OVERLOADED", {}, { "retry-after": "2" }).waitUntil).toBe(1_002_000);
  expect(failed("OVERLOADED").waitUntil).toBe(null);
  vi.useRealTimers();
});

function failed(code: string, extensions: object = {}, headers: Record<string, string> = {}) {
  const graphQLErrors = [{ message: "not for people", extensions: { code, ...extensions } }];
  return failure(new CombinedError({ graphQLErrors, response: new Response(null, { headers }) }));
}
