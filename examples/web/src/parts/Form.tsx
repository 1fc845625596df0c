import { type ReactNode, useEffect, useRef } from "react";
import { keyOf } from "../key";
import { type Problem, waitEnd } from "../problem";
import { Notice } from "./Notice";
import { WaitButton } from "./WaitButton";

type Props = {
  submit: string;
  /** Whether another button is the next step. */
  secondary?: boolean;
  busy: boolean;
  problems: Problem[];
  onSubmit: () => void;
  children: ReactNode;
};

/** After these, the same may work again. */
const RETRIABLE: Problem["code"][] = ["network", "serverError", "badRequest", "overloaded"];

/** Fields, the problems that concern no single field, and the button. The server validates, not the browser. */
export function Form({ submit, secondary = false, busy, problems, onSubmit, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const focused = useRef(0);
  const newest = Math.max(0, ...problems.map(keyOf));
  useEffect(() => {
    // Not when a problem goes, because the person is typing.
    if (newest > focused.current) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    focused.current = Math.max(focused.current, newest);
  }, [newest]);

  const general = problems.filter((problem) => problem.field === null);
  const until = waitEnd(problems);
  const failed = general.some(({ code }) => RETRIABLE.includes(code));
  return (
    <form
      ref={form}
      noValidate
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && Date.now() >= until) onSubmit();
      }}
    >
      {children}
      {general.map((problem) => (
        <Notice key={keyOf(problem)} text={problem.text} bad waitUntil={problem.waitUntil} />
      ))}
      <WaitButton type="submit" className={secondary ? "secondary" : "primary"} until={until} busy={busy}>
        {failed ? "Try again" : submit}
      </WaitButton>
    </form>
  );
}
