import { useEffect, useState } from "react";
import { client } from "../api";
import { keyOf } from "../key";
import { CodeClock } from "../parts/CodeClock";
import { AnyCodeField, CodeField } from "../parts/CodeField";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { PasswordField } from "../parts/PasswordField";
import { SendAgain } from "../parts/SendAgain";
import { isDead, missing, type Problem, problemsOf, waitEnd } from "../problem";
import { type Go, type Registration, type Said, withCodeSent } from "../screen";
import { end } from "../storage";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

type Props = { go: Go; pending: Registration; code?: string; password?: string; said?: Said };

/** INVALID_CREDENTIALS does not say which of these it is. */
const NOT_VERIFIED = "Incorrect email or password, or this registration has expired or was replaced.";

/**
 * Asks for the emailed code. The browser that registered has a token. Another one asks for email and password too, and
 * sends them as HTTP Basic: after a sign-in that needs the code first, or when the link in the email was opened there.
 */
export function EnterCode({ go, pending, code: fromLink = "", password: known = "", said }: Props) {
  const [email, setEmail] = useState(pending.email);
  const [password, setPassword] = useState(known);
  const [code, setCode] = useState(fromLink);
  const { problems, answered, show } = useProblems({ email, password, activationCode: code });
  const { busy, call } = useCall();
  const { token, codeLength, clock } = pending;
  const [named, proof] = token ? [{ verificationToken: token }, {}] : [{}, { basic: { email, password } }];
  const account = token ? {} : { email, password };
  const hasCredentials = token !== null || (email !== "" && password !== "");
  const problemOf = (name: string) => problems.find(({ field }) => field === name);
  // Until a new code is sent, whatever is typed.
  const [deadOf, setDeadOf] = useState<string | null>(null);
  const dead = deadOf === email;
  // The person may have typed another email since.
  const isSameEmail = email === pending.email;
  const sendNext = dead || (codeLength === null && code === "");
  const field = { start: hasCredentials, value: code, problem: problemOf("activationCode"), onChange: setCode };

  // A new code, which another tab may have requested, is typed from its first digit.
  useEffect(() => {
    show([], {});
    setDeadOf(null);
    document.querySelector<HTMLElement>("[data-start]")?.focus();
  }, [clock]);

  async function submit(code: string) {
    if (Date.now() < waitEnd(problems)) return;
    const typed = { ...account, activationCode: code };
    const unfinished = missing(typed, codeLength);
    if (unfinished.length > 0) return show(unfinished, typed);
    const result = await call((options) => client.activate({ activationCode: code, ...named }, { ...proof, ...options }));
    if (!result.ok) return handle(problemsOf(result.failure));
    end("registration", email, { finished: true });
    go({ at: "account" });
  }

  async function sendAnother() {
    const unfinished = missing(account);
    if (unfinished.length > 0) return show(unfinished, { ...account, activationCode: code });
    const result = await call((options) => client.resendActivationCode(named, { ...proof, ...options }));
    if (!result.ok) return notSent(problemsOf(result.failure));
    setCode("");
    show([], {});
    setDeadOf(null);
    const sent = withCodeSent({ ...pending, email }, result.data);
    go({ at: "code", pending: sent, said: { text: "We sent a new code. Only the newest code works.", bad: false } });
  }

  function notSent(problems: Problem[]) {
    const [problem] = problems;
    if (problem?.code !== "RATE_LIMITED") return handle(problems);
    show([], {});
    const waiting = { ...pending, email, resendAt: problem.waitUntil ?? 0 };
    go({ at: "code", pending: waiting, said: { text: problem.text, bad: true } });
  }

  function handle(problems: Problem[]) {
    const [problem] = problems;
    switch (problem?.code) {
      case "ALREADY_ACTIVATED":
        end("registration", email, { finished: true });
        return go({ at: "signIn", email, said: { text: problem.text, bad: false } });
      case "VERIFICATION_NOT_FOUND":
        end("registration", email, { finished: false });
        return go({ at: "register", email, said: { text: problem.text, bad: true } });
      case "INVALID_CREDENTIALS":
        return show([{ ...problem, text: NOT_VERIFIED }], { email, password });
    }
    if (problems.some(isDead)) setDeadOf(email);
    // The person types the next code from its first digit.
    show(problems, { email, password, activationCode: "" });
    if (problems.some(({ field }) => field === "activationCode")) setCode("");
  }

  function useAnotherEmail() {
    end("registration", email, { finished: false });
    go({ at: "register" });
  }

  return (
    <>
      <Heading start={false}>{token ? "Check your email" : "Activate your account"}</Heading>
      <p className="lead" id="code-lead">
        {token ? (
          <>
            We sent an email to <b>{email}</b>.
          </>
        ) : (
          <>
            Enter the email and password that you registered with, and the code from the email. We don't store your password,
            so we need it again to check your code.
          </>
        )}
      </p>
      {said && isSameEmail && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Activate" secondary={sendNext} busy={busy} problems={problems} onSubmit={() => submit(code)}>
        {token === null && (
          <>
            <EmailField
              value={email}
              readOnly={busy}
              onChange={setEmail}
              problem={problemOf("email")}
              data-start={!hasCredentials || undefined}
            />
            <PasswordField
              value={password}
              readOnly={busy}
              onChange={setPassword}
              autoComplete="current-password"
              problem={problemOf("password")}
            />
          </>
        )}
        {codeLength === null ? (
          <AnyCodeField {...field} readOnly={busy} />
        ) : (
          <CodeField
            {...field}
            length={codeLength}
            busy={busy}
            describedBy="code-lead"
            onComplete={(code) => hasCredentials && submit(code)}
          />
        )}
        {clock && isSameEmail && !dead && <CodeClock {...clock} />}
      </Form>
      <SendAgain
        until={isSameEmail ? pending.resendAt : 0}
        primary={sendNext}
        busy={busy}
        onClick={sendAnother}
        note={token === null && <p>Forgot your password? Register again. That replaces this registration.</p>}
      >
        {token === null ? (
          <button type="button" className="link" onClick={() => go({ at: "register", email })}>
            Register again
          </button>
        ) : (
          <button type="button" className="link" onClick={useAnotherEmail}>
            Use a different email
          </button>
        )}
        <button type="button" className="link" onClick={() => go({ at: "signIn", email })}>
          Sign in instead
        </button>
      </SendAgain>
    </>
  );
}
