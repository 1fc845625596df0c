import { type ComponentProps, type MouseEvent, useId, useState } from "react";
import { digitsOf, pastedCode } from "../code";
import { keyOf } from "../key";
import type { Problem } from "../problem";
import { Field } from "./Field";

/** No code has more digits. */
const LONGEST = 8;

/** A code of which nobody told how long it is: so there are no boxes, and only who typed it knows when it is complete. */
export function AnyCodeField({ onChange, ...props }: Omit<ComponentProps<typeof Field>, "label">) {
  return (
    <Field
      {...props}
      data-start
      label="Your code, if you have one"
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      spellCheck={false}
      onChange={(text) => onChange(digitsOf(text, LONGEST))}
    />
  );
}

type Props = {
  length: number;
  value: string;
  busy: boolean;
  problem: Problem | undefined;
  describedBy: string;
  onChange: (value: string) => void;
  onComplete: (code: string) => void;
};

/**
 * One input over as many drawn boxes as the code has digits. Being one, it is one thing to a screen reader, a phone fills the
 * whole code into it, and typing, deleting, arrows and pasting are the browser's own.
 */
export function CodeField({ length, value, busy, problem, describedBy, onChange, onComplete }: Props) {
  const id = useId();
  const [caret, setCaret] = useState(0);

  function take(digits: string) {
    onChange(digits);
    if (digits.length === length && digits !== value) onComplete(digits);
  }

  function moveTo(event: MouseEvent<HTMLInputElement>) {
    const { selectionStart, selectionEnd } = event.currentTarget;
    if (selectionStart !== selectionEnd) return; // By a double click, or by drawing over it.
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const box = Math.min(Math.floor(((event.clientX - left) / width) * length), value.length);
    event.currentTarget.setSelectionRange(box, box);
  }

  return (
    <div className="field code">
      <label htmlFor={id}>{`Your code, ${length} digits`}</label>
      <div className="boxes">
        <input
          id={id}
          data-start
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
          <span key={box} aria-hidden="true" data-at={box === Math.min(caret, length - 1)}>
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
