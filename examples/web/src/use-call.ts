import { useEffect, useRef, useState } from "react";

/** Calls the API for a screen. The calls end with the screen: a late answer changes nothing. */
export function useCall() {
  const screen = useRef(new AbortController());
  useEffect(() => {
    if (screen.current.signal.aborted) screen.current = new AbortController();
    return () => screen.current.abort();
  }, []);
  const [running, setRunning] = useState(0);

  async function call<T>(method: (options: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    setRunning((count) => count + 1);
    try {
      return await method({ signal: screen.current.signal });
    } finally {
      setRunning((count) => count - 1);
    }
  }
  return { busy: running > 0, call };
}
