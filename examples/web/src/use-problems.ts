import { useState } from "react";
import type { Problem } from "./problem";

/** What the person typed, by the name of the input. */
export type Typed = Readonly<Record<string, string>>;

type Answered = { problem: Problem; typed: Typed };

/**
 * The problems to show. Each belongs to what was typed when it occurred: it goes when the person changes that, and so does
 * its wait. A wait comes back with its email.
 */
export function useProblems(typed: Typed) {
  const [answered, setAnswered] = useState<Answered[]>([]);
  return {
    problems: answered.filter((each) => isAbout(each, typed)).map(({ problem }) => problem),
    /** Also those whose inputs were changed. */
    answered,
    show(problems: Problem[], typed: Typed) {
      setAnswered((before) => (problems.length === 0 ? [] : [...otherWaits(before, typed), ...problems.map((problem) => ({ problem, typed }))]));
    },
  };
}

function isAbout({ problem, typed }: Answered, now: Typed): boolean {
  return problem.about.every((name) => typed[name] === now[name]);
}

function otherWaits(answered: Answered[], typed: Typed): Answered[] {
  return answered.filter((each) => Date.now() < (each.problem.waitUntil ?? 0) && !isAbout(each, typed));
}
