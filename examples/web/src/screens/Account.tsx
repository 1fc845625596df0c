import { useEffect, useMemo } from "react";
import { useMutation, useQuery } from "urql";
import { as } from "../api";
import { MeDocument, type MeQuery, SignOutDocument } from "../graphql.generated";
import { keyOf } from "../key";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { WaitButton } from "../parts/WaitButton";
import { failure } from "../problem";
import type { Go, Said } from "../screen";

const NOT_TOLD: Said = {
  text: "You are signed out here. The server could not be told, so the session lives on until it ends by itself.",
  bad: true,
};

export function Account({ go, token }: { go: Go; token: string }) {
  const credentials = useMemo(() => as(`Bearer ${token}`), [token]);
  const [me, askAgain] = useQuery({ query: MeDocument, context: credentials });
  const [, signOut] = useMutation(SignOutDocument);
  const problem = useMemo(() => me.error && failure(me.error), [me.error]);
  useEffect(() => {
    if (problem?.code === "UNAUTHENTICATED") go({ at: "signIn", said: { text: problem.text, bad: true } });
  }, [problem, go]);

  // The token is forgotten at once: with no network too, nobody stays signed in who wants to leave.
  function leave() {
    const context = { fetchOptions: { ...credentials.fetchOptions, keepalive: true } }; // Though the tab be closed.
    const news = signOut({}, context).then(({ error }) => (error ? NOT_TOLD : null));
    go({ at: "signIn", said: { text: "You are signed out.", bad: false }, news });
  }

  return (
    <>
      <Heading>{me.data?.me ? "You are in" : problem ? "That did not work" : "One moment"}</Heading>
      {me.data?.me && <Details {...me.data.me} />}
      {problem && <Notice key={keyOf(problem)} text={problem.text} bad waitUntil={problem.waitUntil} />}
      {me.error && (
        <WaitButton type="button" className="primary" until={problem?.waitUntil ?? null} busy={me.fetching} onClick={() => askAgain()}>
          Try again
        </WaitButton>
      )}
      <button type="button" className="secondary" onClick={leave}>
        Sign out
      </button>
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
