import { useId } from "react";
import { keyOf } from "../key";
import type { Problem } from "../problem";

type Props = { label: string; name: string; checked: boolean; problem: Problem | undefined; onChange: (checked: boolean) => void };

/** A box to tick. */
export function CheckField({ label, name, checked, problem, onChange }: Props) {
  const id = useId();
  return (
    <div className="field check">
      <input
        id={id}
        type="checkbox"
        name={name}
        checked={checked}
        required
        aria-invalid={problem !== undefined}
        aria-describedby={problem && `${id}-problem`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {problem && (
        <p key={keyOf(problem)} id={`${id}-problem`} className="problem" role="alert">
          {problem.text}
        </p>
      )}
    </div>
  );
}
