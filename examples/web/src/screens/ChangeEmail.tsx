import { useState } from "react";
import { client } from "../api";
import { leaveIfEnded } from "../ended";
import { keyOf } from "../key";
import { BackToAccount } from "../parts/BackToAccount";
import { EmailField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { CurrentPasswordField } from "../parts/CurrentPasswordField";
import { missing, problemsOf } from "../problem";
import type { Go, Said } from "../screen";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

type Props = { go: Go; email?: string; newEmail?: string; said?: Said };

export function ChangeEmail({ go, email, newEmail: known = "", said }: Props) {
  const [newEmail, setNewEmail] = useState(known);
  const [currentPassword, setCurrentPassword] = useState("");
  const typed = { newEmail, currentPassword };
  const { problems, answered, show } = useProblems(typed);
  const { busy, call } = useCall();
  const waiting = client.pending("emailChange");
  const own = email === undefined ? {} : { email };

  async function submit() {
    const unfinished = missing(typed);
    if (unfinished.length > 0) return show(unfinished, typed);
    const result = await call((options) => client.requestEmailChange(typed, options));
    const pending = client.pending("emailChange");
    if (result.ok && pending) return go({ at: "confirmEmail", pending, ...own });
    if (!result.ok && !leaveIfEnded(result.failure, go)) show(problemsOf(result.failure), typed);
  }

  return (
    <>
      <Heading>Change email</Heading>
      <p className="lead">
        {email ? (
          <>
            Your email is <b>{email}</b>.{" "}
          </>
        ) : null}
        We'll send a code to the new address.
      </p>
      {said && answered.length === 0 && <Notice key={keyOf(said)} {...said} />}
      <Form submit="Email me a code" busy={busy} problems={problems} onSubmit={submit}>
        <EmailField
          label="New email"
          name="newEmail"
          value={newEmail}
          onChange={setNewEmail}
          problem={problems.find(({ field }) => field === "newEmail")}
        />
        <CurrentPasswordField
          value={currentPassword}
          onChange={setCurrentPassword}
          problem={problems.find(({ field }) => field === "currentPassword")}
        />
      </Form>
      <div className="aside">
        {waiting && (
          <p>
            We sent a code to {waiting.email}.{" "}
            <button type="button" className="link" onClick={() => go({ at: "confirmEmail", pending: waiting, ...own })}>
              Enter the code
            </button>
          </p>
        )}
        <BackToAccount go={go} />
      </div>
    </>
  );
}
