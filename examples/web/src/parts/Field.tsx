import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import { keyOf } from "../key";
import type { Problem } from "../problem";

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problem?: Problem | undefined;
  /** An explanation below the field. */
  hint?: ReactNode;
  /** A button inside the field, at its end. */
  button?: ReactNode;
};

/** An input with its label, problem and hint, connected so that a screen reader announces them. */
export function Field({ label, onChange, problem, hint, button, ...input }: Props) {
  const id = useId();
  const described = [problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="input">
        <input
          {...input}
          id={id}
          required
          aria-invalid={problem !== undefined}
          aria-describedby={described || undefined}
          onChange={(event) => onChange(event.target.value)}
        />
        {button}
      </div>
      {problem && (
        <p key={keyOf(problem)} id={`${id}-problem`} className="problem" role="alert">
          {problem.text}
        </p>
      )}
      {hint && <div id={`${id}-hint`}>{hint}</div>}
    </div>
  );
}

export function EmailField({ label = "Email", name = "email", ...props }: Omit<Props, "label"> & { label?: string }) {
  return (
    <Field {...props} label={label} name={name} type="email" autoComplete="email" autoCapitalize="none" spellCheck={false} />
  );
}
