import { expect, test } from "vitest";
import { judge } from "./password";
import examples from "./password-examples.json";

const policy = { passwordMinLength: 8, passwordMaxLength: 128, codeLength: 4 };

// tests/it/password_examples.rs asks the server about the same passwords.
test.each(examples)("$why", async ({ email, password, code }) => {
  expect((await judge(password, email, policy)).code).toBe(code);
});

test("a weak password comes with a score and suggestions", async () => {
  const { score, suggestions } = await judge("password", "ada@example.com", policy);
  expect(score).toBe(0);
  expect(suggestions).not.toEqual([]);
});
