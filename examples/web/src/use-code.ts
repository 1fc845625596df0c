import type { Pending } from "account-client";
import { useEffect, useState } from "react";
import { isDead, type Problem } from "./problem";

/** The code that a person types. It is typed from its first digit after a new one is sent, and after a wrong one. */
export function useCode(pending: Pending, forgetProblems: () => void) {
  const [code, setCode] = useState("");
  const [dead, setDead] = useState(false);
  // Another tab may have requested the new code.
  useEffect(() => {
    setCode("");
    setDead(false);
    forgetProblems();
    document.querySelector<HTMLElement>("[data-start]")?.focus();
  }, [pending.codeSentAt]);

  return {
    code,
    setCode,
    /** Whether only a new code can succeed. */
    dead,
    /** Empties the field if the problems are about the code. Returns what is typed then. */
    refuse(problems: Problem[]): string {
      if (problems.some(isDead)) setDead(true);
      if (!problems.some(({ field }) => field === "code")) return code;
      setCode("");
      return "";
    },
  };
}
