import type { Failure, Result } from "account-client";
import { useCallback, useEffect, useState } from "react";
import { useCall } from "./use-call";

/** What a screen loads when it opens, and again on demand. */
export function useLoaded<Data>(load: (options: { signal: AbortSignal }) => Promise<Result<Data>>) {
  const { busy, call } = useCall();
  const [data, setData] = useState<Data | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const reload = useCallback(async () => {
    const result = await call(load);
    if (result.ok) setData(result.data);
    setFailure(result.ok || result.failure.kind === "aborted" ? null : result.failure);
  }, [load]);
  useEffect(() => void reload(), [reload]);
  return { data, failure, busy, reload };
}
