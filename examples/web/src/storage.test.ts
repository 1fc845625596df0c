import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newPending, type Pending } from "./screen";
import { type Elsewhere, endRegistration, keep, restore, watchOtherTabs } from "./storage";

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

const DAY = 24 * 60 * 60 * 1000;

let [session, local] = [new Store(), new Store()];
let pending: Pending;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  [session, local] = [new Store(), new Store()];
  vi.stubGlobal("sessionStorage", session);
  vi.stubGlobal("localStorage", local);
  pending = {
    ...newPending("ada@example.com", "token"),
    codeLength: 4,
    clock: { sentAt: 1_000_000, expiresAt: 1_060_000 },
    resendAt: 1_030_000,
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

test("an empty browser starts with the registration form", () => {
  expect(restore()).toEqual({ at: "register" });
});

test("a reload restores the session, and another tab has none", () => {
  keep({ at: "account", token: "abc" });
  expect(restore()).toEqual({ at: "account", token: "abc" });
  expect(restore("4466")).toEqual({ at: "account", token: "abc" });
  openTab();
  expect(restore()).toEqual({ at: "register" });
});

test("a reload and another tab restore the registration", () => {
  keep({ at: "code", pending });
  expect(restore()).toEqual({ at: "code", pending });
  openTab();
  expect(restore()).toEqual({ at: "code", pending });
});

test("a registration without a token is restored in its own tab", () => {
  const unnamed = { ...newPending("ada@example.com", null), clock: null };
  keep({ at: "code", pending: unnamed });
  expect(restore()).toEqual({ at: "code", pending: unnamed });
  openTab();
  expect(restore()).toEqual({ at: "register" });
});

test("the registration stays while the person looks at another screen", () => {
  keep({ at: "code", pending });
  keep({ at: "signIn" });
  expect(restore()).toEqual({ at: "code", pending });
});

test("no password is stored", () => {
  keep({ at: "code", pending: newPending("ada@example.com", null), password: "correct horse" });
  keep({ at: "code", pending, password: "correct horse" });
  expect([...session.written, ...local.written].join()).not.toContain("correct horse");
});

test("a registration is removed after a day", () => {
  keep({ at: "code", pending });
  vi.setSystemTime(Date.now() + DAY - 1);
  expect(restore().at).toBe("code");
  vi.setSystemTime(Date.now() + 1);
  expect(restore()).toEqual({ at: "register" });
  expect(local.kept.size).toBe(0);
});

test("the code from the link fills the boxes, whose number it sets", () => {
  keep({ at: "code", pending });
  expect(restore("44664466")).toEqual({ at: "code", pending: { ...pending, codeLength: 8 }, code: "44664466" });
});

test("a browser that did not register has only the code", () => {
  expect(restore("4466")).toEqual({ at: "code", pending: { ...newPending("", null), codeLength: 4 }, code: "4466" });
});

test("the registration of an email address is removed, and no other", () => {
  keep({ at: "code", pending });
  endRegistration("bob@example.com", { activated: true });
  expect(restore().at).toBe("code");
  endRegistration("ada@example.com", { activated: false });
  expect(restore()).toEqual({ at: "register" });
  expect(local.written).toHaveLength(1);
});

test("the activation is written for the other tabs and then removed", () => {
  keep({ at: "code", pending });
  endRegistration("ada@example.com", { activated: true });
  expect(local.written.at(-1)).toBe('{"activated":"ada@example.com"}');
  expect(local.kept.size).toBe(0);
});

test("reports changes made by another tab", () => {
  let listen: (event: Partial<StorageEvent>) => void = () => {};
  vi.stubGlobal("addEventListener", (_: string, listener: typeof listen) => {
    listen = listener;
  });
  const told: Elsewhere[] = [];
  watchOtherTabs((change) => told.push(change));
  listen({ key: "registration", newValue: '{"activated":"ada@example.com"}' });
  listen({ key: "registration", newValue: null });
  listen({ key: "registration", newValue: JSON.stringify(pending) });
  listen({ key: "theme", newValue: JSON.stringify(pending) });
  expect(told).toEqual([{ activated: "ada@example.com" }, { pending }]);
});

test.each([
  "not JSON",
  "null",
  "[]",
  '"token"',
  { email: undefined },
  { token: undefined },
  { token: 7 },
  { resendAt: "3" },
  { endsAt: undefined },
  { codeLength: "four" },
  { clock: undefined },
  { clock: { sentAt: 1 } },
])("what this version did not store is ignored: %o", (kept) => {
  local.kept.set("registration", typeof kept === "string" ? kept : JSON.stringify({ ...pending, ...kept }));
  expect(restore()).toEqual({ at: "register" });
});

test("a browser that forbids storage starts with the registration form", () => {
  vi.stubGlobal("localStorage", undefined);
  vi.stubGlobal("sessionStorage", undefined);
  keep({ at: "code", pending });
  endRegistration("ada@example.com", { activated: true });
  expect(restore()).toEqual({ at: "register" });
});
