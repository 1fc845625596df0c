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

const UNREACHED: Said = {
  text: "You're signed out here. We couldn't reach the server, so the session stays valid until it expires.",
  bad: true,
};

export function Account({ go, token }: { go: Go; token: string }) {
  const credentials = useMemo(() => as(`Bearer ${token}`), [token]);
  const [me, reload] = useQuery({ query: MeDocument, context: credentials });
  const [, signOut] = useMutation(SignOutDocument);
  const problem = useMemo(() => me.error && failure(me.error), [me.error]);
  useEffect(() => {
    if (problem?.code === "UNAUTHENTICATED") go({ at: "signIn", said: { text: problem.text, bad: true } });
  }, [problem, go]);

  // Forgets the token at once, so that signing out works without a network.
  function leave() {
    const context = { fetchOptions: { ...credentials.fetchOptions, keepalive: true } }; // Even if the tab is closed.
    const news = signOut({}, context).then(({ error }) => (error ? UNREACHED : null));
    go({ at: "signIn", said: { text: "You're signed out.", bad: false }, news });
  }

  return (
    <>
      <Heading>{me.data?.me ? "You're signed in" : problem ? "Something went wrong" : "Loading…"}</Heading>
      {me.data?.me && <Details {...me.data.me} />}
      {problem && <Notice key={keyOf(problem)} text={problem.text} bad waitUntil={problem.waitUntil} />}
      {me.error && (
        <WaitButton type="button" className="primary" until={problem?.waitUntil ?? null} busy={me.fetching} onClick={() => reload()}>
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
