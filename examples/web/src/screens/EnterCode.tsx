import { useEffect, useState } from "react";
import { useMutation } from "urql";
import { as } from "../api";
import { basicAuth } from "../basic-auth";
import { ActivateDocument, ResendDocument } from "../graphql.generated";
import { keyOf } from "../key";
import { CodeClock } from "../parts/CodeClock";
import { AnyCodeField, CodeField } from "../parts/CodeField";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { WaitButton } from "../parts/WaitButton";
import { type Problem, problemsOf } from "../problem";
import { type Go, type Pending, pending as pendingOf, type Said } from "../screen";

type Props = { go: Go; pending: Pending; password: string; said?: Said };

/** INVALID_CREDENTIALS, which does not say which of these it is. */
const UNPROVEN =
  "The password is not the one that you registered with, or this registration is gone: a newer one took its place, or it waited too long.";

export function EnterCode({ go, pending, password, said }: Props) {
  const [code, setCode] = useState("");
  const [problems, setProblems] = useState<Problem[]>([]);
  const [{ fetching: activating }, activate] = useMutation(ActivateDocument);
  const [{ fetching: resending }, resend] = useMutation(ResendDocument);
  const busy = activating || resending;
  const { email } = pending;
  const credentials = as(basicAuth(email, password));
  const problem = problems.find(({ field }) => field === "activationCode");
  const dead = problem?.code === "CODE_EXPIRED" || problem?.triesLeft === 0;

  // Another code is typed from the beginning.
  useEffect(() => document.querySelector<HTMLElement>("[data-start]")?.focus(), [pending.code]);

  async function submit(code: string) {
    if (problems.some(({ waitUntil }) => waitUntil && Date.now() < waitUntil)) return;
    const { data, error } = await activate({ input: { activationCode: code } }, credentials);
    if (data?.activate.session) go({ at: "account", token: data.activate.session.token });
    else refused(problemsOf(error, data?.activate.userErrors));
  }

  async function sendAnother() {
    const { data, error } = await resend({}, credentials);
    const [problem] = problemsOf(error, data?.resendActivationCode.userErrors);
    if (!data || problem) return problem && notSent(problem);
    setCode("");
    setProblems([]);
    const said = { text: "A new code is on its way. Only the newest one works.", bad: false };
    go({ at: "code", pending: pendingOf(email, data.resendActivationCode), password, said });
  }

  function notSent(problem: Problem) {
    if (moved(problem)) return;
    setProblems([]);
    const resendAt = problem.waitUntil ?? pending.resendAt;
    go({ at: "code", pending: { ...pending, resendAt }, password, said: { text: problem.text, bad: true } });
  }

  function refused(problems: Problem[]) {
    if (moved(problems[0])) return;
    setProblems(problems);
    if (problems.some(({ field }) => field === "activationCode")) setCode("");
  }

  /** Where there is nothing more to do here, on to where there is. */
  function moved(problem: Problem | undefined): boolean {
    switch (problem?.code) {
      case "ALREADY_ACTIVATED":
        go({ at: "signIn", email, said: { text: problem.text, bad: false } });
        return true;
      case "INVALID_CREDENTIALS":
        go({ at: "password", pending, said: { text: UNPROVEN, bad: true } });
        return true;
      default:
        return false;
    }
  }

  return (
    <>
      <Heading start={false}>Look into your mailbox</Heading>
      <p className="lead" id="code-lead">
        {pending.code ? "We mailed a code to" : "We can mail a code to"} <b>{email}</b>.
      </p>
      {said && problems.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Activate" busy={busy} problems={problems} onSubmit={() => submit(code)}>
        {pending.code ? (
          <CodeField
            length={pending.code.length}
            value={code}
            busy={busy}
            problem={problem}
            describedBy="code-lead"
            onChange={setCode}
            onComplete={submit}
          />
        ) : (
          <AnyCodeField value={code} readOnly={busy} problem={problem} onChange={setCode} />
        )}
        {pending.code && !dead && <CodeClock {...pending.code} />}
      </Form>
      <div className="aside">
        <p>No mail? Look among the spam, or have another one sent.</p>
        <WaitButton
          type="button"
          className={dead || !pending.code ? "primary" : "secondary"}
          until={pending.resendAt}
          busy={busy}
          onClick={sendAnother}
        >
          {pending.code ? "Send a new code" : "Send a code"}
        </WaitButton>
        <div className="links">
          <button type="button" className="link" onClick={() => go({ at: "register" })}>
            Use another address
          </button>
          <button type="button" className="link" onClick={() => go({ at: "signIn", email })}>
            Sign in instead
          </button>
        </div>
      </div>
    </>
  );
}
