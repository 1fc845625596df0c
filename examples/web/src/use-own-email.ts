import { useEffect } from "react";
import { client } from "./api";
import { leaveIfEnded } from "./ended";
import { isAccountScreen, type Screen } from "./screen";

/** The account asks for itself, and the devices show no email. */
const WITHOUT: Screen["at"][] = ["account", "devices"];

/** Asks the server for the user's email when a reload or the Back button leads to a screen that shows it. */
export function useOwnEmail(screen: Screen, go: (next: Screen | ((screen: Screen) => Screen)) => void): void {
  const isMissing = isAccountScreen(screen) && !WITHOUT.includes(screen.at) && screen.email === undefined;
  useEffect(() => {
    if (!isMissing) return;
    const shown = new AbortController();
    void client.me({ signal: shown.signal }).then((result) => {
      if (shown.signal.aborted) return;
      if (!result.ok) return void leaveIfEnded(result.failure, go);
      const email = result.data?.email;
      if (email !== undefined) go((screen) => (isAccountScreen(screen) ? { ...screen, email } : screen));
    });
    return () => shown.abort();
  }, [isMissing, go]);
}
