import { type ComponentProps, useState } from "react";
import { Field } from "./Field";

export type PasswordFieldProps = Omit<ComponentProps<typeof Field>, "label" | "button" | "type"> & {
  label?: string;
  /** Tells password managers whether to suggest a new password. */
  autoComplete: "new-password" | "current-password";
};

export function PasswordField({ label = "Password", name = "password", ...props }: PasswordFieldProps) {
  const [shown, show] = useState(false);
  return (
    <Field
      {...props}
      label={label}
      name={name}
      type={shown ? "text" : "password"}
      autoCapitalize="none"
      spellCheck={false}
      button={
        <button type="button" className="show" aria-label={`Show ${label.toLowerCase()}`} aria-pressed={shown} onClick={() => show(!shown)}>
          {shown ? "Hide" : "Show"}
        </button>
      }
    />
  );
}
