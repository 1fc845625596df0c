import { useState } from "react";
import { client } from "../api";
import { leaveIfEnded } from "../ended";
import { BackToAccount } from "../parts/BackToAccount";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { NewPasswordField } from "../parts/NewPasswordField";
import { CurrentPasswordField } from "../parts/CurrentPasswordField";
import { missing, problemsOf } from "../problem";
import type { Go } from "../screen";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

const DONE = "Your password has been changed. All other devices have been signed out.";

export function ChangePassword({ go, email = "" }: { go: Go; email?: string }) {
  const [currentPassword, setCurrentPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const typed = { currentPassword, newPassword };
  const { problems, show } = useProblems(typed);
  const { busy, call } = useCall();
  const problemOf = (name: string) => problems.find(({ field }) => field === name);

  async function submit() {
    const unfinished = missing(typed);
    if (unfinished.length > 0) return show(unfinished, typed);
    const result = await call((options) => client.changePassword(typed, options));
    if (result.ok) return go({ at: "account", said: { text: DONE, bad: false } });
    if (!leaveIfEnded(result.failure, go)) show(problemsOf(result.failure), typed);
  }

  return (
    <>
      <Heading>Change password</Heading>
      <p className="lead">This signs out all your other devices.</p>
      <Form submit="Change password" busy={busy} problems={problems} onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <CurrentPasswordField
          value={currentPassword}
          onChange={setCurrentPassword}
          problem={problemOf("currentPassword")}
        />
        <NewPasswordField
          label="New password"
          name="newPassword"
          email={email}
          value={newPassword}
          onChange={setNewPassword}
          problem={problemOf("newPassword")}
        />
      </Form>
      <div className="aside">
        <BackToAccount go={go} />
      </div>
    </>
  );
}
