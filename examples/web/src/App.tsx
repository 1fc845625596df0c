import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useHistory } from "./history";
import { Frame } from "./parts/Frame";
import type { Go, Screen } from "./screen";
import { Account } from "./screens/Account";
import { EnterCode } from "./screens/EnterCode";
import { Register } from "./screens/Register";
import { SignIn } from "./screens/SignIn";
import { type Elsewhere, keep, watchOtherTabs } from "./storage";

export function App({ start }: { start: Screen }) {
  const [screen, go] = useState(start);
  useEffect(() => keep(screen), [screen]);
  useHistory(screen, go);
  useEffect(() => watchOtherTabs((change) => go((screen) => follow(screen, change))), []);

  // A new screen takes the focus, so that a screen reader announces it.
  const main = useRef<HTMLElement>(null);
  const shown = useRef(screen.at);
  useEffect(() => {
    if (shown.current === screen.at) return;
    shown.current = screen.at;
    main.current?.querySelector<HTMLElement>("[data-start]")?.focus();
  }, [screen.at]);

  return (
    <Frame at={screen.at}>
      <main ref={main} key={screen.at}>
        <Current screen={screen} go={go} />
      </main>
    </Frame>
  );
}

function Current({ screen, go: goOn }: { screen: Screen; go: Go }) {
  const go = useWhileShown(goOn);
  switch (screen.at) {
    case "register":
      return <Register {...screen} go={go} />;
    case "signIn":
      return <SignIn {...screen} go={go} />;
    case "code":
      return <EnterCode {...screen} go={go} />;
    case "account":
      return <Account {...screen} go={go} />;
  }
}

/** What a change in another tab means for the screen in this one. */
function follow(screen: Screen, change: Elsewhere): Screen {
  if (screen.at !== "code") return screen;
  const { email } = screen.pending;
  if ("activated" in change) {
    if (change.activated !== email) return screen;
    return { at: "signIn", email, said: { text: "You activated your account in another tab. Sign in to use it here.", bad: false } };
  }
  return change.pending.email === email ? { ...screen, pending: change.pending } : screen;
}

/** `go` while the screen is shown: a late answer does not lead away from the next screen. */
function useWhileShown(go: Go): Go {
  const shown = useRef(true);
  useLayoutEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  return useCallback(
    (screen) => {
      if (shown.current) go(screen);
    },
    [go],
  );
}
