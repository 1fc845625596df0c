import type { Pending } from "account-client";
import { client } from "../api";
import { leaveIfEnded } from "../ended";
import { keyOf } from "../key";
import { BackToAccount } from "../parts/BackToAccount";
import { CodeClock } from "../parts/CodeClock";
import { CodeField } from "../parts/CodeField";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { missing, problemsOf, waitEnd } from "../problem";
import { clockOf, type Go, type Said } from "../screen";
import { useCall } from "../use-call";
import { useCode } from "../use-code";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; pending: Pending; said?: Said };

const OVER = "This code no longer works: a newer one replaced it, or an hour has passed. Request a new one.";

/** Asks for the code that was sent to the new address. */
export function ConfirmEmail({ go, email, pending, said }: Props) {
  const { email: newEmail, verificationToken, codeLength } = pending;
  const { code, setCode, dead, refuse } = useCode(pending, () => show([], {}));
  const { problems, answered, show } = useProblems({ code });
  const { busy, call } = useCall();
  const own = email === undefined ? {} : { email };

  async function submit(code: string) {
    if (Date.now() < waitEnd(problems)) return;
    const unfinished = missing({ code }, codeLength);
    if (unfinished.length > 0) return show(unfinished, { code });
    const result = await call((options) => client.confirmEmailChange({ verificationToken, code }, options));
    if (result.ok) return go({ at: "account", said: { text: `Your email is now ${newEmail}.`, bad: false } });
    if (leaveIfEnded(result.failure, go)) return;
    const failed = problemsOf(result.failure);
    const isOver = failed.some(({ code }) => code === "VERIFICATION_NOT_FOUND");
    if (isOver) go({ at: "changeEmail", newEmail, ...own, said: { text: OVER, bad: true } });
    else show(failed, { code: refuse(failed) });
  }

  return (
    <>
      <Heading start={false}>Confirm your new email</Heading>
      <p className="lead" id="code-lead">
        We sent a code to <b>{newEmail}</b>. Your email changes when you enter it.
      </p>
      {said && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Change email" secondary={dead} busy={busy} problems={problems} onSubmit={() => submit(code)}>
        <CodeField
          start
          length={codeLength}
          value={code}
          busy={busy}
          problem={problems.find(({ field }) => field === "code")}
          describedBy="code-lead"
          onChange={setCode}
          onComplete={submit}
        />
        {!dead && <CodeClock {...clockOf(pending)} />}
      </Form>
      <div className="aside">
        <p>No email? Check your spam folder. For a new code, we need your password again.</p>
        <button type="button" className={dead ? "primary" : "secondary"} onClick={() => go({ at: "changeEmail", newEmail, ...own })}>
          Request a new code
        </button>
        <BackToAccount go={go} />
      </div>
    </>
  );
}
