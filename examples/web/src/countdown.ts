import { useEffect, useState } from "react";

/** Whole seconds, rounded up: the last second shows as 1. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/**
 * Tells how many seconds are left, now and whenever that changes. It reads the clock each time, because a tab in the
 * background or a laptop that slept gets few ticks.
 */
export function countDown(until: number, tell: (seconds: number) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = () => {
    const rest = until - Date.now();
    tell(secondsLeft(rest, 0));
    if (rest > 0) timer = setTimeout(tick, rest % 1000 || 1000);
  };
  tick();
  return () => clearTimeout(timer);
}

export function useSecondsLeft(until: number | null): number {
  const [left, setLeft] = useState(() => secondsLeft(until ?? 0, Date.now()));
  useEffect(() => countDown(until ?? 0, setLeft), [until]);
  return left;
}

/** Minutes and seconds: 0:07, 29:59. */
export function asClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The countdown for a screen reader: three announcements, not one per second. */
export function milestone(seconds: number): string {
  if (seconds === 0) return CODE_MAY_HAVE_EXPIRED;
  if (seconds <= 10) return "This code expires in 10 seconds.";
  return seconds <= 30 ? "This code expires in 30 seconds." : "";
}

/** The server's clock decides, so the page does not say that it has. */
export const CODE_MAY_HAVE_EXPIRED = "This code may have expired. Try it, or request a new one.";
