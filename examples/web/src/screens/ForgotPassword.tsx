import { useState } from "react";
import { client } from "../api";
import { keyOf } from "../key";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { missing, problemsOf } from "../problem";
import type { Go, Said } from "../screen";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; said?: Said };

export function ForgotPassword({ go, email: known = "", said }: Props) {
  const [email, setEmail] = useState(known);
  const { problems, answered, show } = useProblems({ email });
  const { busy, call } = useCall();

  async function submit() {
    const unfinished = missing({ email });
    if (unfinished.length > 0) return show(unfinished, { email });
    const result = await call((options) => client.requestPasswordReset({ email }, options));
    const pending = client.pending("passwordReset");
    if (!result.ok) show(problemsOf(result.failure), { email });
    else if (pending) go({ at: "reset", pending });
  }

  return (
    <>
      <Heading>Forgot your password?</Heading>
      <p className="lead">
        We'll email you a code, and you choose a new password.{" "}
        <button type="button" className="link" onClick={() => go({ at: "signIn", email })}>
          Back to sign in
        </button>
      </p>
      {said && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Email me a code" busy={busy} problems={problems} onSubmit={submit}>
        <EmailField value={email} onChange={setEmail} problem={problems.find(({ field }) => field === "email")} />
      </Form>
    </>
  );
}
