import { expect, test } from "vitest";
import { digitsOf, pastedCode } from "./code";

test.each([
  ["0042", "0042"],
  ["44 66", "4466"],
  ["４４６６", "4466"],
  ["12345", "1234"],
  ["code", ""],
])("the boxes take from %o the digits %o", (text, digits) => {
  expect(digitsOf(text, 4)).toBe(digits);
});

test.each([
  ["4466", "4466"],
  ["44 66\n", "4466"],
  ["4466 is your activation code", "4466"],
  ["Sent at 12:30: 4466", "4466"],
  ["446", null],
  ["446612", null],
  ["4466 or 1234", null],
  ["", null],
])("pasting %o gives the code %o", (text, code) => {
  expect(pastedCode(text, 4)).toBe(code);
});
