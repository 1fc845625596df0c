import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { client } from "./api";
import { useHistory } from "./history";
import { Frame } from "./parts/Frame";
import { type Go, registrationOf, type Said, type Screen } from "./screen";
import { Account } from "./screens/Account";
import { ChangeEmail } from "./screens/ChangeEmail";
import { ChangePassword } from "./screens/ChangePassword";
import { ConfirmEmail } from "./screens/ConfirmEmail";
import { DeleteAccount } from "./screens/DeleteAccount";
import { Devices } from "./screens/Devices";
import { EnterCode } from "./screens/EnterCode";
import { ForgotPassword } from "./screens/ForgotPassword";
import { Register } from "./screens/Register";
import { ResetPassword } from "./screens/ResetPassword";
import { SignIn } from "./screens/SignIn";
import { type Elsewhere, keep, watchOtherTabs } from "./storage";
import { useOwnEmail } from "./use-own-email";

export function App({ start }: { start: Screen }) {
  const [screen, go] = useState(start);
  useEffect(() => keep(screen), [screen]);
  useHistory(screen, go);
  useOwnEmail(screen, go);
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
    case "forgot":
      return <ForgotPassword {...screen} go={go} />;
    case "reset":
      return <ResetPassword {...screen} go={go} />;
    case "account":
      return <Account {...screen} go={go} />;
    case "changePassword":
      return <ChangePassword {...screen} go={go} />;
    case "changeEmail":
      return <ChangeEmail {...screen} go={go} />;
    case "confirmEmail":
      return <ConfirmEmail {...screen} go={go} />;
    case "devices":
      return <Devices {...screen} go={go} />;
    case "deleteAccount":
      return <DeleteAccount {...screen} go={go} />;
  }
}

/** What a change in another tab means for the screen in this one. */
function follow(screen: Screen, change: Elsewhere): Screen {
  if (screen.at !== "code" && screen.at !== "reset") return screen;
  const purpose = screen.at === "code" ? "registration" : "passwordReset";
  const { email } = screen.pending;
  if ("finished" in change) {
    const said: Said = { text: screen.at === "code" ? ACTIVATED : RESET, bad: false };
    return change.finished === purpose && change.email === email ? { at: "signIn", email, said } : screen;
  }
  const pending = client.pending(purpose);
  if (change.began !== purpose || pending?.email !== email) return screen;
  return screen.at === "code" ? { ...screen, pending: registrationOf(pending) } : { ...screen, pending };
}

const ACTIVATED = "You activated your account in another tab. Sign in to use it here.";
const RESET = "You changed your password in another tab. Sign in with the new one.";

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
