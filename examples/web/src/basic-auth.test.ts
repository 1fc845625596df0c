import { expect, test } from "vitest";
import { basicAuth } from "./basic-auth";

test.each([
  ["ada@example.com", "correct horse", "Basic YWRhQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2U="],
  // Within Latin-1, where btoa would not encode UTF-8; beyond it, where btoa would throw; and beyond UCS-2.
  ["ada@example.com", "Ätna", "Basic YWRhQGV4YW1wbGUuY29tOsOEdG5h"],
  ["ada@example.com", "пароль", "Basic YWRhQGV4YW1wbGUuY29tOtC/0LDRgNC+0LvRjA=="],
  ["ada@example.com", "🦀:🦀", "Basic YWRhQGV4YW1wbGUuY29tOvCfpoA68J+mgA=="],
])("%s with %s", (email, password, header) => {
  expect(basicAuth(email, password)).toBe(header);
});
