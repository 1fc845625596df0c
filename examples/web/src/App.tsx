import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Frame } from "./parts/Frame";
import type { Go, Screen } from "./screen";
import { Account } from "./screens/Account";
import { EnterCode } from "./screens/EnterCode";
import { PasswordAgain } from "./screens/PasswordAgain";
import { Register } from "./screens/Register";
import { SignIn } from "./screens/SignIn";
import { keep, restore } from "./storage";

export function App() {
  const [screen, go] = useState(restore);
  useEffect(() => keep(screen), [screen]);

  // Who does not see that the screen changed hears it, and goes on from its beginning.
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
    case "password":
      return <PasswordAgain {...screen} go={go} />;
    case "code":
      return <EnterCode {...screen} go={go} />;
    case "account":
      return <Account {...screen} go={go} />;
  }
}

/** A way on that ends with the screen: an answer that comes when somebody has left leads them away from nothing. */
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
