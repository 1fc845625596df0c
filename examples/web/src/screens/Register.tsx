import { useState } from "react";
import { useMutation, useQuery } from "urql";
import { RegisterDocument, RegistrationPolicyDocument } from "../graphql.generated";
import { keyOf } from "../key";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { PasswordField } from "../parts/PasswordField";
import { PasswordHint } from "../parts/PasswordHint";
import { loadEstimator } from "../password";
import { missing, problemsOf } from "../problem";
import { type Go, newPending, type Said, withCodeSent } from "../screen";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; said?: Said };

export function Register({ go, email: known = "", said }: Props) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const { problems, answered, show } = useProblems({ email, password });
  const [{ data }] = useQuery({ query: RegistrationPolicyDocument });
  const [{ fetching }, register] = useMutation(RegisterDocument);
  const policy = data?.registrationPolicy;

  // From here on the token stands for email and password: the password is not kept.
  async function submit() {
    const unfinished = missing({ email, password });
    if (unfinished.length > 0) return show(unfinished, { email, password });
    const { data, error } = await register({ input: { email, password } });
    const problems = problemsOf(error, data?.register.userErrors);
    if (data && problems.length === 0) {
      const pending = newPending(email, data.register.verificationToken);
      go({ at: "code", pending: withCodeSent(pending, data.register) });
    } else {
      show(problems, { email, password });
    }
  }

  return (
    <>
      <Heading>Create your account</Heading>
      <p className="lead">
        Already have an account?{" "}
        <button type="button" className="link" onClick={() => go({ at: "signIn", email })}>
          Sign in
        </button>
      </p>
      {said && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Create account" busy={fetching} problems={problems} onSubmit={submit}>
        <EmailField value={email} onChange={setEmail} problem={problems.find(({ field }) => field === "email")} />
        <PasswordField
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          problem={problems.find(({ field }) => field === "password")}
          onFocus={() => loadEstimator().catch(() => {})}
          hint={policy && <PasswordHint password={password} email={email} policy={policy} />}
        />
      </Form>
    </>
  );
}
