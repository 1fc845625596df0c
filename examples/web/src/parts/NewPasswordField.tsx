import { client } from "../api";
import { loadEstimator } from "../password";
import { useLoaded } from "../use-loaded";
import { PasswordField, type PasswordFieldProps } from "./PasswordField";
import { PasswordHint } from "./PasswordHint";

type Props = Omit<PasswordFieldProps, "autoComplete" | "hint"> & { email: string; value: string };

/** A password to choose, with a hint about its strength. */
export function NewPasswordField({ email, ...props }: Props) {
  const { data: policy } = useLoaded(client.registrationPolicy);
  return (
    <PasswordField
      {...props}
      autoComplete="new-password"
      onFocus={() => loadEstimator().catch(() => {})}
      hint={policy && <PasswordHint password={props.value} email={email} policy={policy} />}
    />
  );
}
