// The browser's Back button. Its entries name a screen and an email, no token.
import { useEffect, useRef } from "react";
import type { Go, Screen } from "./screen";
import { restore } from "./storage";

type Place = { at: Screen["at"]; email: string | undefined };

export function useHistory(screen: Screen, go: Go): void {
  const shown = useRef(screen);
  const isEntered = useRef(true); // The page has an entry for its first screen.
  useEffect(() => {
    shown.current = screen;
    const place: Place = { at: screen.at, email: emailOf(screen) };
    if (isEntered.current) history.replaceState(place, "");
    else if (history.state?.at !== screen.at) history.pushState(place, "");
    isEntered.current = false;
  }, [screen]);

  useEffect(() => {
    const listen = ({ state }: PopStateEvent) => {
      const before = screenBefore(shown.current, state);
      isEntered.current = before !== null;
      if (before) go(before);
    };
    addEventListener("popstate", listen);
    return () => removeEventListener("popstate", listen);
  }, [go]);
}

/** The screen of an entry. Null if it stays: only signing out leads away from an account. */
function screenBefore(shown: Screen, place: Place | null): Screen | null {
  if (!place?.at || shown.at === "account") return null;
  const email = place.email ?? emailOf(shown);
  const known = email === undefined ? {} : { email };
  if (place.at === "signIn") return { at: "signIn", ...known };
  const kept = place.at === "register" ? null : restore();
  return kept?.at === "code" ? kept : { at: "register", ...known };
}

function emailOf(screen: Screen): string | undefined {
  if (screen.at === "account") return undefined;
  return screen.at === "code" ? screen.pending.email : screen.email;
}
