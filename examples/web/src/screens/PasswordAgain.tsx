import { useState } from "react";
import { Form } from "../parts/Form";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { PasswordField } from "../parts/PasswordField";
import type { Go, Pending, Said } from "../screen";

type Props = { go: Go; pending: Pending; said?: Said };

/** After a reload, or when it was wrong: the code needs the password beside it, and a password is kept nowhere. */
export function PasswordAgain({ go, pending, said }: Props) {
  const [password, setPassword] = useState("");
  return (
    <>
      <Heading>Your password once more</Heading>
      <p className="lead">
        It goes with the code that we mailed to <b>{pending.email}</b>, and this page never stores it.
      </p>
      {said && <Notice {...said} />}
      <Form submit="Go on to the code" busy={false} problems={[]} onSubmit={() => go({ at: "code", pending, password })}>
        {/* For password managers, which keep a password with its address. */}
        <input className="unseen" type="email" autoComplete="username" value={pending.email} readOnly tabIndex={-1} aria-hidden />
        <PasswordField value={password} onChange={setPassword} autoComplete="current-password" />
      </Form>
      <div className="aside">
        <p>Forgotten? A new registration takes the place of the old one.</p>
        <div className="links">
          <button type="button" className="link" onClick={() => go({ at: "register", email: pending.email })}>
            Register again
          </button>
          <button type="button" className="link" onClick={() => go({ at: "register" })}>
            Use another address
          </button>
        </div>
      </div>
    </>
  );
}
