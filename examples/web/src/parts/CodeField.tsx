import { type ComponentProps, type MouseEvent, useId, useState } from "react";
import { digitsOf, pastedCode } from "../code";
import { keyOf } from "../key";
import type { Problem } from "../problem";
import { Field } from "./Field";

/** No code is longer. */
const MAX_DIGITS = 8;

type AnyCodeFieldProps = Omit<ComponentProps<typeof Field>, "label"> & { start: boolean };

/** A code of unknown length: a plain field, because the page cannot tell when the code is complete. */
export function AnyCodeField({ start, onChange, ...props }: AnyCodeFieldProps) {
  return (
    <Field
      {...props}
      data-start={start || undefined}
      label="Enter your code"
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      spellCheck={false}
      onChange={(text) => onChange(digitsOf(text, MAX_DIGITS))}
    />
  );
}

type Props = {
  /** Whether the screen starts here. */
  start: boolean;
  length: number;
  value: string;
  busy: boolean;
  problem: Problem | undefined;
  describedBy: string;
  onChange: (value: string) => void;
  onComplete: (code: string) => void;
};

/**
 * One input over as many drawn boxes as the code has digits. A screen reader sees one field, a phone fills in the whole
 * code, and the browser handles typing, deleting, arrow keys and pasting.
 */
export function CodeField({ start, length, value, busy, problem, describedBy, onChange, onComplete }: Props) {
  const id = useId();
  const [caret, setCaret] = useState(0);

  function take(digits: string) {
    onChange(digits);
    if (digits.length === length && digits !== value) onComplete(digits);
  }

  function moveTo(event: MouseEvent<HTMLInputElement>) {
    const { selectionStart, selectionEnd } = event.currentTarget;
    if (selectionStart !== selectionEnd) return; // A double click or a drag selected digits.
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const box = Math.min(Math.floor(((event.clientX - left) / width) * length), value.length);
    event.currentTarget.setSelectionRange(box, box);
  }

  return (
    <div className="field code">
      <label htmlFor={id}>{`Enter your ${length}-digit code`}</label>
      <div className="boxes">
        <input
          id={id}
          data-start={start || undefined}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          spellCheck={false}
          required
          value={value}
          readOnly={busy}
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? `${id}-problem ${describedBy}` : describedBy}
          onChange={(event) => take(digitsOf(event.target.value, length))}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onClick={moveTo}
          onPaste={(event) => {
            const code = pastedCode(event.clipboardData.getData("text"), length);
            if (code === null || busy) return;
            event.preventDefault();
            take(code);
          }}
        />
        {Array.from({ length }, (_, box) => (
          <span key={box} aria-hidden="true" data-at={box === Math.min(caret, value.length, length - 1)}>
            {value[box]}
          </span>
        ))}
      </div>
      {problem && (
        <p key={keyOf(problem)} id={`${id}-problem`} className="problem" role="alert">
          {problem.text}
        </p>
      )}
    </div>
  );
}
