// The browser's history. Its entries name a screen and an email, no token.
import { client } from "./api";
import { type AccountScreen, emailOf, type Screen } from "./screen";

export type Place = { at: Screen["at"]; email: string | undefined };

export function placeOf(screen: Screen): Place {
  return { at: screen.at, email: emailOf(screen) };
}

/** The screen of a person who is signed in, at an entry of the history. */
export function screenAt(place: unknown): AccountScreen | null {
  const { at, email } = (place ?? {}) as Partial<Place>;
  const known = typeof email === "string" ? { email } : {};
  switch (at) {
    case "account":
    case "devices":
    case "changePassword":
    case "changeEmail":
    case "deleteAccount":
      return { at, ...known };
    case "confirmEmail": {
      const pending = client.pending("emailChange");
      return pending ? { at, pending, ...known } : { at: "changeEmail", ...known };
    }
    default:
      return null;
  }
}
