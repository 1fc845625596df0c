import { useEffect, useState } from "react";

/** Whole seconds, so that the last one is seen as 1 and not as 0. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/**
 * Tells how many seconds are left, now and whenever that changes. Each time it asks the clock: a tab in the background,
 * and a laptop that slept, get few ticks.
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

/** As on a clock: 0:07, 29:59. */
export function asClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What a screen reader says of a countdown: at its marks, not every second. */
export function milestone(seconds: number): string {
  if (seconds === 0) return "The time of this code is over. You can try it all the same, or ask for a new one.";
  if (seconds <= 10) return "10 seconds left for this code.";
  return seconds <= 30 ? "30 seconds left for this code." : "";
}
