import type { ButtonHTMLAttributes } from "react";
import { asClock, useSecondsLeft } from "../countdown";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { until: number | null; busy: boolean };

/** A button that does nothing until its time. It is not `disabled`, which would throw the focus out of it. */
export function WaitButton({ until, busy, children, onClick, ...rest }: Props) {
  const left = useSecondsLeft(until);
  const waits = busy || left > 0;
  return (
    <button
      {...rest}
      aria-disabled={waits}
      onClick={(event) => {
        if (waits) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
      {left > 0 && <span className="clock"> {asClock(left)}</span>}
    </button>
  );
}
