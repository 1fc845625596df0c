import { useEffect, useState } from "react";
import { client } from "../api";
import { keyOf } from "../key";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { PasswordField } from "../parts/PasswordField";
import { missing, problemsOf } from "../problem";
import { type Go, newRegistration, type Said } from "../screen";
import { end } from "../storage";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; said?: Said; news?: Promise<Said | null> };

export function SignIn({ go, email: known = "", said: saidFirst, news }: Props) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const { problems, answered, show } = useProblems({ email, password });
  const { busy, call } = useCall();

  const [saidLater, setSaidLater] = useState<Said | null>(null);
  const said = saidLater ?? saidFirst;
  useEffect(() => void news?.then(setSaidLater), [news]);

  async function submit() {
    const unfinished = missing({ email, password });
    if (unfinished.length > 0) return show(unfinished, { email, password });
    const result = await call((options) => client.signIn({ email, password }, options));
    if (result.ok) {
      end("registration", email, { finished: true });
      return go({ at: "account" });
    }
    const problems = problemsOf(result.failure);
    const inactive = problems.find(({ code }) => code === "NOT_ACTIVATED");
    if (!inactive) return show(problems, { email, password });
    go({ at: "code", pending: newRegistration(email), password, said: { text: inactive.text, bad: false } });
  }

  return (
    <>
      <Heading>Welcome back</Heading>
      <p className="lead">
        New here?{" "}
        <button type="button" className="link" onClick={() => go({ at: "register", email })}>
          Create an account
        </button>
      </p>
      {said && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Sign in" busy={busy} problems={problems} onSubmit={submit}>
        <EmailField value={email} onChange={setEmail} problem={problems.find(({ field }) => field === "email")} />
        <PasswordField
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          problem={problems.find(({ field }) => field === "password")}
        />
      </Form>
      <div className="aside">
        <button type="button" className="link" onClick={() => go({ at: "forgot", email })}>
          Forgot your password?
        </button>
      </div>
    </>
  );
}
