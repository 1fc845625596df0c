import { afterEach, expect, test, vi } from "vitest";
import { restore } from "./storage";

afterEach(() => vi.unstubAllGlobals());

function restored(kept: string | null) {
  vi.stubGlobal("sessionStorage", { getItem: () => kept });
  return restore();
}

const pending = { email: "ada@example.com", code: { length: 4, sentAt: 1, expiresAt: 2 }, resendAt: 3 };

test("a reload finds the session, or the registration that waits for its code", () => {
  expect(restored('{"token":"abc"}')).toEqual({ at: "account", token: "abc" });
  expect(restored(JSON.stringify({ pending }))).toEqual({ at: "password", pending });
  const unsent = { ...pending, code: null };
  expect(restored(JSON.stringify({ pending: unsent }))).toEqual({ at: "password", pending: unsent });
});

test.each([
  null,
  "no JSON",
  "null",
  "[]",
  '{"token":{}}',
  '{"pending":"ada@example.com"}',
  JSON.stringify({ pending: { ...pending, email: undefined } }),
  JSON.stringify({ pending: { ...pending, resendAt: "3" } }),
  JSON.stringify({ pending: { ...pending, code: { sentAt: 1, expiresAt: 2 } } }),
])("what is not as it was kept starts anew: %s", (kept) => {
  expect(restored(kept)).toEqual({ at: "register" });
});
