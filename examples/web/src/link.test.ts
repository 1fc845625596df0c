import { expect, test, vi } from "vitest";
import { takeCodeFromLink } from "./link";

function open(address: string) {
  const { pathname, search, hash } = new URL(address, "https://app.example.com");
  const replaceState = vi.fn();
  const page = { location: { pathname, search, hash }, history: { state: null, replaceState } };
  const code = takeCodeFromLink(page as unknown as Window);
  return { code, address: replaceState.mock.lastCall?.[2] };
}

test("the code is taken from the fragment, which is removed", () => {
  expect(open("/activate?lang=en#code=0042")).toEqual({ code: "0042", address: "/activate?lang=en" });
});

test.each(["/activate", "/activate?code=4466", "/activate#verificationToken=stranger", "/activate#"])(
  "%s has no code in its fragment and stays",
  (address) => {
    expect(open(address)).toEqual({ code: null, address: undefined });
  },
);

test.each(["/#code=", "/#code=446", "/#code=446644664", "/#code=44a6", "/#code=%3Cb%3E"])(
  "%s has no valid code, and the fragment is removed",
  (address) => {
    expect(open(address)).toEqual({ code: null, address: "/" });
  },
);
