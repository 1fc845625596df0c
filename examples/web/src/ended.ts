import type { Failure } from "account-client";
import { failed } from "./problem";
import type { Go } from "./screen";

/** Leads to the sign-in if the session has ended. Returns whether it has. */
export function leaveIfEnded(failure: Failure, go: Go): boolean {
  if (failure.kind !== "unauthenticated") return false;
  go({ at: "signIn", said: { text: failed(failure).text, bad: true } });
  return true;
}
