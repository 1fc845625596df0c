// The browser's Back button.
import { useEffect, useRef } from "react";
import { client } from "./api";
import { emailOf, type Go, isAccountScreen, type Screen } from "./screen";
import { type Place, screenAt } from "./screen-at";
import { keptRegistration } from "./storage";

export function useHistory(screen: Screen, go: Go): void {
  const shown = useRef(screen);
  const isEntered = useRef(true); // The page has an entry for its first screen.
  useEffect(() => {
    shown.current = screen;
    const place: Place = { at: screen.at };
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

/** The screen of an entry. Null if it stays: only signing out leads away from an account, and only signing in to it. */
function screenBefore(shown: Screen, place: Place | null): Screen | null {
  if (!place?.at) return null;
  const email = emailOf(shown);
  const known = email === undefined ? {} : { email };
  if (isAccountScreen(shown)) {
    const before = screenAt(place);
    return before && { ...before, ...known };
  }
  if (place.at === "signIn" || place.at === "forgot") return { at: place.at, ...known };
  if (place.at === "reset") {
    const pending = client.pending("passwordReset");
    return pending ? { at: "reset", pending } : { at: "forgot", ...known };
  }
  const kept = place.at === "code" ? keptRegistration() : null;
  return kept ? { at: "code", pending: kept } : { at: "register", ...known };
}
