import type { Failure } from "account-client";
import { useMemo } from "react";
import { keyOf } from "../key";
import { problemsOf } from "../problem";
import { Notice } from "./Notice";
import { WaitButton } from "./WaitButton";

type Props = { failure: Failure; busy: boolean; onRetry: () => void };

/** In place of what could not be loaded. */
export function Failed({ failure, busy, onRetry }: Props) {
  const [problem] = useMemo(() => problemsOf(failure), [failure]);
  if (!problem) return null;
  return (
    <>
      <Notice key={keyOf(problem)} text={problem.text} bad waitUntil={problem.waitUntil} />
      <WaitButton type="button" className="primary" until={problem.waitUntil} busy={busy} onClick={onRetry}>
        Try again
      </WaitButton>
    </>
  );
}
