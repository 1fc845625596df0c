import { type ComponentProps, useState } from "react";
import { Field } from "./Field";

type Props = Omit<ComponentProps<typeof Field>, "label" | "button" | "type"> & {
  /** Tells password managers whether to suggest a new password. */
  autoComplete: "new-password" | "current-password";
};

export function PasswordField(props: Props) {
  const [shown, show] = useState(false);
  return (
    <Field
      {...props}
      label="Password"
      name="password"
      type={shown ? "text" : "password"}
      autoCapitalize="none"
      spellCheck={false}
      button={
        <button type="button" className="show" aria-label="Show password" aria-pressed={shown} onClick={() => show(!shown)}>
          {shown ? "Hide" : "Show"}
        </button>
      }
    />
  );
}
