import { expect, test } from "vitest";
import { keyOf } from "./key";

test("each object keeps a key of its own", () => {
  const [one, same] = [{ text: "This failed." }, { text: "This failed." }];
  expect(keyOf(one)).toBe(keyOf(one));
  expect(keyOf(one)).not.toBe(keyOf(same));
});
