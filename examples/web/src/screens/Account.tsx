import { useEffect, useMemo } from "react";
import { useMutation, useQuery } from "urql";
import { as } from "../api";
import { MeDocument, type MeQuery, SignOutDocument } from "../graphql.generated";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { WaitButton } from "../parts/WaitButton";
import { failure } from "../problem";
import type { Go } from "../screen";

export function Account({ go, token }: { go: Go; token: string }) {
  const credentials = useMemo(() => as(`Bearer ${token}`), [token]);
  const [me, askAgain] = useQuery({ query: MeDocument, context: credentials });
  const [leaving, signOut] = useMutation(SignOutDocument);

  const error = leaving.error ?? me.error;
  const problem = useMemo(() => error && failure(error), [error]);
  useEffect(() => {
    if (problem?.code === "UNAUTHENTICATED") go({ at: "signIn", said: { text: problem.text, bad: true } });
  }, [problem, go]);

  // The token is given up when the server has ended the session, so that none stays open that nobody knows of.
  async function leave() {
    const { error } = await signOut({}, credentials);
    if (!error) go({ at: "signIn", said: { text: "You are signed out.", bad: false } });
  }

  return (
    <>
      <Heading>{me.data?.me ? "You are in" : "One moment"}</Heading>
      {me.data?.me && <Details {...me.data.me} />}
      {problem && <Notice text={problem.text} bad waitUntil={problem.waitUntil} />}
      {me.error && (
        <WaitButton type="button" className="primary" until={problem?.waitUntil ?? null} busy={me.fetching} onClick={() => askAgain()}>
          Try again
        </WaitButton>
      )}
      <WaitButton type="button" className="secondary" until={null} busy={leaving.fetching} onClick={leave}>
        Sign out
      </WaitButton>
    </>
  );
}

const when = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });

function Details({ email, status, createdAt, activatedAt }: NonNullable<MeQuery["me"]>) {
  return (
    <dl>
      <dt>Email</dt>
      <dd>{email}</dd>
      <dt>Status</dt>
      <dd className="status">{status === "ACTIVE" ? "Active" : "Waiting for its code"}</dd>
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
