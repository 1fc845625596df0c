import type { Pending } from "account-client";
import { useState } from "react";
import { client } from "../api";
import { keyOf } from "../key";
import { CodeClock } from "../parts/CodeClock";
import { CodeField } from "../parts/CodeField";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { NewPasswordField } from "../parts/NewPasswordField";
import { Notice } from "../parts/Notice";
import { SendAgain } from "../parts/SendAgain";
import { missing, type Problem, problemsOf } from "../problem";
import { clockOf, type Go, type Said } from "../screen";
import { end } from "../storage";
import { useCall } from "../use-call";
import { useCode } from "../use-code";
import { useProblems } from "../use-problems";

type Props = { go: Go; pending: Pending; said?: Said };

const OVER = "This code no longer works: it has already been used, or an hour has passed. Request a new one.";
const DONE = "Your password has been changed. Sign in with the new one.";
const SENT = "We sent a new code. Only the newest code works.";

/** Asks for the emailed code and a new password. */
export function ResetPassword({ go, pending, said }: Props) {
  const { email, verificationToken, codeLength } = pending;
  const [newPassword, setNewPassword] = useState("");
  const { code, setCode, dead, refuse } = useCode(pending, () => show([], {}));
  const { problems, answered, show } = useProblems({ code, newPassword });
  const { busy, call } = useCall();
  const problemOf = (name: string) => problems.find(({ field }) => field === name);

  async function submit() {
    const unfinished = missing({ code, newPassword }, codeLength);
    if (unfinished.length > 0) return show(unfinished, { code, newPassword });
    const result = await call((options) => client.resetPassword({ verificationToken, code, newPassword }, options));
    if (!result.ok) return handle(problemsOf(result.failure));
    end("passwordReset", email, { finished: true });
    go({ at: "signIn", email, said: { text: DONE, bad: false } });
  }

  function handle(problems: Problem[]) {
    if (problems.some(({ code }) => code === "VERIFICATION_NOT_FOUND")) {
      return go({ at: "forgot", email, said: { text: OVER, bad: true } });
    }
    show(problems, { code: refuse(problems), newPassword });
  }

  async function sendAnother() {
    const result = await call((options) => client.requestPasswordReset({ email }, options));
    const sent = client.pending("passwordReset");
    if (result.ok && sent) return go({ at: "reset", pending: sent, said: { text: SENT, bad: false } });
    const problems = result.ok ? [] : problemsOf(result.failure);
    const limit = problems.find(({ code }) => code === "RATE_LIMITED");
    if (!limit) return handle(problems);
    show([], {});
    const waiting = { ...pending, resendAvailableAt: limit.waitUntil ?? 0 };
    go({ at: "reset", pending: waiting, said: { text: limit.text, bad: true } });
  }

  function useAnotherEmail() {
    end("passwordReset", email, { finished: false });
    go({ at: "forgot" });
  }

  return (
    <>
      <Heading start={false}>Choose a new password</Heading>
      <p className="lead" id="code-lead">
        If <b>{email}</b> has an account, we sent it a code.
      </p>
      {said && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Change password" secondary={dead} busy={busy} problems={problems} onSubmit={submit}>
        <CodeField
          start
          length={codeLength}
          value={code}
          busy={busy}
          problem={problemOf("code")}
          describedBy="code-lead"
          onChange={setCode}
          onComplete={() => document.querySelector<HTMLElement>("[name=newPassword]")?.focus()}
        />
        {!dead && <CodeClock {...clockOf(pending)} />}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <NewPasswordField
          label="New password"
          name="newPassword"
          email={email}
          value={newPassword}
          readOnly={busy}
          onChange={setNewPassword}
          problem={problemOf("newPassword")}
        />
      </Form>
      <SendAgain until={pending.resendAvailableAt} primary={dead} busy={busy} onClick={sendAnother}>
        <button type="button" className="link" onClick={useAnotherEmail}>
          Use a different email
        </button>
        <button type="button" className="link" onClick={() => go({ at: "signIn", email })}>
          Sign in instead
        </button>
      </SendAgain>
    </>
  );
}
