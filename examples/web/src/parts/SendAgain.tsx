import type { ReactNode } from "react";
import { WaitButton } from "./WaitButton";

type Props = { until: number; primary: boolean; busy: boolean; onClick: () => void; note?: ReactNode; children?: ReactNode };

/** For the person whose email does not arrive, or whose code has expired. */
export function SendAgain({ until, primary, busy, onClick, note, children }: Props) {
  return (
    <div className="aside">
      <p>No email? Check your spam folder or request a new code.</p>
      <WaitButton type="button" className={primary ? "primary" : "secondary"} until={until} busy={busy} onClick={onClick}>
        Send a new code
      </WaitButton>
      {note}
      <div className="links">{children}</div>
    </div>
  );
}
