import { useState } from "react";
import { client } from "../api";
import { leaveIfEnded } from "../ended";
import { BackToAccount } from "../parts/BackToAccount";
import { CheckField } from "../parts/CheckField";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { CurrentPasswordField } from "../parts/CurrentPasswordField";
import { missing, problemsOf } from "../problem";
import type { Go } from "../screen";
import { useCall } from "../use-call";
import { useProblems } from "../use-problems";

export function DeleteAccount({ go, email }: { go: Go; email?: string }) {
  const [currentPassword, setCurrentPassword] = useState("");
  const [isSure, setSure] = useState(false);
  const typed = { currentPassword, confirmation: isSure ? "yes" : "" };
  const { problems, show } = useProblems(typed);
  const { busy, call } = useCall();

  async function submit() {
    const unfinished = missing(typed);
    if (unfinished.length > 0) return show(unfinished, typed);
    const result = await call((options) => client.deleteAccount({ currentPassword }, options));
    if (result.ok) return go({ at: "register", said: { text: "Your account has been deleted.", bad: false } });
    if (!leaveIfEnded(result.failure, go)) show(problemsOf(result.failure), typed);
  }

  return (
    <>
      <Heading>Delete account</Heading>
      <p className="lead">
        This permanently deletes {email ? <b>{email}</b> : "your account"} and everything stored about you. It can't be undone.
      </p>
      <Form submit="Delete my account" busy={busy} problems={problems} onSubmit={submit}>
        <CurrentPasswordField
          value={currentPassword}
          onChange={setCurrentPassword}
          problem={problems.find(({ field }) => field === "currentPassword")}
        />
        <CheckField
          label="Delete my account for good"
          name="confirmation"
          checked={isSure}
          onChange={setSure}
          problem={problems.find(({ field }) => field === "confirmation")}
        />
      </Form>
      <div className="aside">
        <BackToAccount go={go} />
      </div>
    </>
  );
}
