import { useState } from "react";
import { client } from "../api";
import { keyOf } from "../key";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { NewPasswordField } from "../parts/NewPasswordField";
import { Notice } from "../parts/Notice";
import { missing, problemsOf } from "../problem";
import { type Go, registrationOf, type Said } from "../screen";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; said?: Said };

export function Register({ go, email: known = "", said }: Props) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const { problems, answered, show } = useProblems({ email, password });
  const { busy, call } = useCall();

  // From here on the token stands for email and password: the password is not kept.
  async function submit() {
    const unfinished = missing({ email, password });
    if (unfinished.length > 0) return show(unfinished, { email, password });
    const result = await call((options) => client.register({ email, password }, options));
    const pending = client.pending("registration");
    if (!result.ok) show(problemsOf(result.failure), { email, password });
    else if (pending) go({ at: "code", pending: registrationOf(pending) });
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
      <Form submit="Create account" busy={busy} problems={problems} onSubmit={submit}>
        <EmailField value={email} onChange={setEmail} problem={problems.find(({ field }) => field === "email")} />
        <NewPasswordField
          email={email}
          value={password}
          onChange={setPassword}
          problem={problems.find(({ field }) => field === "password")}
        />
      </Form>
    </>
  );
}
