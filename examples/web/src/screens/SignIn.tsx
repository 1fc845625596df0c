import { useEffect, useState } from "react";
import { useMutation } from "urql";
import { SignInDocument } from "../graphql.generated";
import { keyOf } from "../key";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { PasswordField } from "../parts/PasswordField";
import { missing, problemsOf } from "../problem";
import { type Go, newPending, type Said } from "../screen";
import { endRegistration } from "../storage";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; said?: Said; news?: Promise<Said | null> };

export function SignIn({ go, email: known = "", said: saidFirst, news }: Props) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const { problems, answered, show } = useProblems({ email, password });
  const [{ fetching }, signIn] = useMutation(SignInDocument);

  const [saidLater, setSaidLater] = useState<Said | null>(null);
  const said = saidLater ?? saidFirst;
  useEffect(() => void news?.then(setSaidLater), [news]);

  async function submit() {
    const unfinished = missing({ email, password });
    if (unfinished.length > 0) return show(unfinished, { email, password });
    const { data, error } = await signIn({ input: { email, password } });
    const problems = problemsOf(error, data?.signIn.userErrors);
    const inactive = problems.find(({ code }) => code === "NOT_ACTIVATED");
    if (data?.signIn.session) {
      endRegistration(email, { activated: true });
      go({ at: "account", token: data.signIn.session.token });
    } else if (inactive) {
      go({ at: "code", pending: newPending(email, null), password, said: { text: inactive.text, bad: false } });
    } else {
      show(problems, { email, password });
    }
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
      <Form submit="Sign in" busy={fetching} problems={problems} onSubmit={submit}>
        <EmailField value={email} onChange={setEmail} problem={problems.find(({ field }) => field === "email")} />
        <PasswordField
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          problem={problems.find(({ field }) => field === "password")}
        />
      </Form>
    </>
  );
}
