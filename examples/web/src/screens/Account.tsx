import type { User } from "account-client";
import { useEffect } from "react";
import { client } from "../api";
import { leaveIfEnded } from "../ended";
import { keyOf } from "../key";
import { Failed } from "../parts/Failed";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import type { AccountScreen, Go, Said } from "../screen";
import { useLoaded } from "../use-loaded";

const UNREACHED: Said = {
  text: "You're signed out here. We couldn't reach the server, so the session stays valid until it expires.",
  bad: true,
};

const PAGES: [AccountScreen["at"] & ("changePassword" | "changeEmail" | "devices" | "deleteAccount"), string][] = [
  ["changePassword", "Change password"],
  ["changeEmail", "Change email"],
  ["devices", "Devices"],
  ["deleteAccount", "Delete account"],
];

export function Account({ go, said }: { go: Go; said?: Said }) {
  const { data: me, failure, busy, reload } = useLoaded(client.me);
  useEffect(() => {
    if (failure) leaveIfEnded(failure, go);
  }, [failure, go]);

  // Forgets the token at once, so that signing out works without a network.
  function leave() {
    const news = client.signOut().then((result) => (result.ok ? null : UNREACHED));
    go({ at: "signIn", said: { text: "You're signed out.", bad: false }, news });
  }

  return (
    <>
      <Heading>{me ? "You're signed in" : failure ? "Something went wrong" : "Loading…"}</Heading>
      {said && <Notice key={keyOf(said)} {...said} />}
      {me && <Details {...me} />}
      {failure && <Failed failure={failure} busy={busy} onRetry={reload} />}
      {me && (
        <nav aria-label="Your account">
          <ul className="pages">
            {PAGES.map(([at, name]) => (
              <li key={at}>
                <button type="button" className="link" onClick={() => go({ at, email: me.email })}>
                  {name}
                </button>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <button type="button" className="secondary" onClick={leave}>
        Sign out
      </button>
    </>
  );
}

const when = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });

function Details({ email, status, createdAt, activatedAt }: User) {
  return (
    <dl>
      <dt>Email</dt>
      <dd>{email}</dd>
      <dt>Status</dt>
      <dd className="status">{status === "ACTIVE" ? "Active" : "Not activated yet"}</dd>
      <dt>Registered</dt>
      <dd>{when.format(new Date(createdAt))}</dd>
      {activatedAt && (
        <>
          <dt>Activated</dt>
          <dd>{when.format(new Date(activatedAt))}</dd>
        </>
      )}
    </dl>
  );
}
