import { type Pending, storageKeys } from "account-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newRegistration, registrationOf } from "./screen";
import { type Elsewhere, end, keep, restore, watchOtherTabs } from "./storage";

// The page, which src/api.ts reads at its start.
vi.hoisted(() => Object.assign(globalThis, { document: { querySelector: () => null } }));

class Store {
  readonly kept = new Map<string, string>();
  readonly written: string[] = [];
  getItem = (key: string) => this.kept.get(key) ?? null;
  removeItem = (key: string) => void this.kept.delete(key);
  setItem(key: string, value: string) {
    this.kept.set(key, value);
    this.written.push(value);
  }
}

const HOUR = 60 * 60 * 1000;

let [session, local] = [new Store(), new Store()];
let pending: Pending;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  [session, local] = [new Store(), new Store()];
  vi.stubGlobal("sessionStorage", session);
  vi.stubGlobal("localStorage", local);
  pending = {
    email: "ada@example.com",
    verificationToken: "token",
    endsAt: Date.now() + 24 * HOUR,
    codeLength: 4,
    codeSentAt: 1_000_000,
    codeExpiresAt: 1_060_000,
    resendAvailableAt: 1_030_000,
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A second tab of the same browser. */
function openTab() {
  vi.stubGlobal("sessionStorage", new Store());
}

/** As the client keeps it. */
function begin(purpose: "registration" | "passwordReset" | "emailChange", more: Partial<Pending> = {}): Pending {
  const begun = { ...pending, ...more };
  (purpose === "emailChange" ? session : local).setItem(storageKeys[purpose], JSON.stringify(begun));
  return begun;
}

test("an empty browser starts with the registration form", () => {
  expect(restore()).toEqual({ at: "register" });
});

test("a reload keeps the screen of the account, and another tab has no session", () => {
  session.setItem(storageKeys.session, "abc");
  expect(restore()).toEqual({ at: "account" });
  expect(restore("4466")).toEqual({ at: "account" });
  expect(restore(null, { at: "devices" })).toEqual({ at: "devices" });
  for (const place of [{ at: "signIn" }, { at: "elsewhere" }, 7]) expect(restore(null, place)).toEqual({ at: "account" });
  expect(restore(null, { at: "confirmEmail" })).toEqual({ at: "changeEmail" });
  const change = begin("emailChange");
  expect(restore(null, { at: "confirmEmail" })).toEqual({ at: "confirmEmail", pending: change });
  openTab();
  expect(restore(null, { at: "devices" })).toEqual({ at: "register" });
});

test("a reload and another tab restore the registration", () => {
  begin("registration");
  expect(restore()).toEqual({ at: "code", pending: registrationOf(pending) });
  openTab();
  expect(restore()).toEqual({ at: "code", pending: registrationOf(pending) });
});

test("a reload and another tab restore the reset for an hour", () => {
  const reset = begin("passwordReset", { endsAt: Date.now() + HOUR });
  expect(restore()).toEqual({ at: "reset", pending: reset });
  openTab();
  expect(restore()).toEqual({ at: "reset", pending: reset });
  vi.setSystemTime(Date.now() + HOUR);
  expect(restore()).toEqual({ at: "register" });
});

test("the newer one of a registration and a reset is restored", () => {
  begin("registration");
  begin("passwordReset", { codeSentAt: 1_000_001 });
  expect(restore().at).toBe("reset");
  begin("registration", { codeSentAt: 1_000_002 });
  expect(restore().at).toBe("code");
});

test("a registration without a token is restored in its own tab", () => {
  const unnamed = newRegistration("ada@example.com");
  keep({ at: "code", pending: unnamed });
  expect(restore()).toEqual({ at: "code", pending: unnamed });
  openTab();
  expect(restore()).toEqual({ at: "register" });
  keep({ at: "signIn" });
  expect(restore()).toEqual({ at: "register" });
});

test("no password is stored", () => {
  keep({ at: "code", pending: newRegistration("ada@example.com"), password: "correct horse" });
  keep({ at: "code", pending: registrationOf(pending), password: "correct horse" });
  expect([...session.written, ...local.written].join()).not.toContain("correct horse");
});

test("the code from the link fills the boxes, whose number it sets", () => {
  begin("registration");
  const linked = { ...registrationOf(pending), codeLength: 8 };
  expect(restore("44664466")).toEqual({ at: "code", pending: linked, code: "44664466" });
});

test("a browser that did not register has only the code", () => {
  begin("passwordReset");
  expect(restore("4466")).toEqual({ at: "code", pending: { ...newRegistration(""), codeLength: 4 }, code: "4466" });
});

test("the registration of an email address is removed, and no other", () => {
  begin("registration");
  end("registration", "bob@example.com", { finished: false });
  expect(restore().at).toBe("code");
  end("registration", "ada@example.com", { finished: false });
  expect(restore()).toEqual({ at: "register" });
  expect(local.written).toHaveLength(1);
});

test("what is finished is written for the other tabs and then removed", () => {
  begin("registration");
  end("registration", "ada@example.com", { finished: true });
  expect(local.written.at(-1)).toBe('{"finished":"registration","email":"ada@example.com"}');
  expect(local.kept.size).toBe(0);
});

test("reports changes made by another tab", () => {
  let listen: (event: Partial<StorageEvent>) => void = () => {};
  vi.stubGlobal("addEventListener", (_: string, listener: typeof listen) => {
    listen = listener;
  });
  const told: Elsewhere[] = [];
  watchOtherTabs((change) => told.push(change));
  const finished = { finished: "registration" as const, email: "ada@example.com" };
  listen({ key: "finished", newValue: JSON.stringify(finished) });
  listen({ key: "finished", newValue: null });
  listen({ key: "finished", newValue: "7" });
  listen({ key: storageKeys.registration, newValue: null });
  listen({ key: storageKeys.registration, newValue: JSON.stringify(pending) });
  listen({ key: storageKeys.passwordReset, newValue: JSON.stringify(pending) });
  listen({ key: "theme", newValue: JSON.stringify(pending) });
  expect(told).toEqual([finished, { began: "registration" }, { began: "passwordReset" }]);
});

test.each(["not JSON", "null", "[]", '"token"', { email: undefined }, { token: "t" }, { resendAt: "3" }, { codeLength: "four" }, { clock: undefined }, { clock: { sentAt: 1 } }])(
  "what this version did not store is ignored: %o",
  (kept) => {
    session.kept.set("registration", typeof kept === "string" ? kept : JSON.stringify({ ...newRegistration("ada"), ...kept }));
    expect(restore()).toEqual({ at: "register" });
  },
);

test("a browser that forbids storage starts with the registration form", () => {
  vi.stubGlobal("localStorage", undefined);
  vi.stubGlobal("sessionStorage", undefined);
  keep({ at: "code", pending: newRegistration("ada@example.com") });
  end("registration", "ada@example.com", { finished: true });
  expect(restore()).toEqual({ at: "register" });
});
