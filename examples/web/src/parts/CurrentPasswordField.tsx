import { PasswordField, type PasswordFieldProps } from "./PasswordField";

type Props = Omit<PasswordFieldProps, "autoComplete" | "label" | "name">;

/** The password that a signed-in person gives again. */
export function CurrentPasswordField(props: Props) {
  return <PasswordField {...props} label="Current password" name="currentPassword" autoComplete="current-password" />;
}
