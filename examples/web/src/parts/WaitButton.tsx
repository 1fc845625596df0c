import type { ButtonHTMLAttributes } from "react";
import { asClock, useSecondsLeft } from "../countdown";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { until: number | null; busy: boolean };

/** A button that does nothing until a time. It is not `disabled`, because that would take the focus away. */
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
