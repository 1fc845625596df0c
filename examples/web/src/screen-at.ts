// The browser's history. Its entries name a screen only, because the next user of the tab can go back to them.
import { client } from "./api";
import type { AccountScreen, Screen } from "./screen";

export type Place = { at: Screen["at"] };

/** The screen of a person who is signed in, at an entry of the history. */
export function screenAt(place: unknown): AccountScreen | null {
  const { at } = (place ?? {}) as Partial<Place>;
  switch (at) {
    case "account":
    case "devices":
    case "changePassword":
    case "changeEmail":
    case "deleteAccount":
      return { at };
    case "confirmEmail": {
      const pending = client.pending("emailChange");
      return pending ? { at, pending } : { at: "changeEmail" };
    }
    default:
      return null;
  }
}
