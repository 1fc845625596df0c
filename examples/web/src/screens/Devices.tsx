import type { Result, UserSession } from "account-client";
import { useEffect, useState } from "react";
import { client } from "../api";
import { deviceName } from "../device-name";
import { leaveIfEnded } from "../ended";
import { keyOf } from "../key";
import { BackToAccount } from "../parts/BackToAccount";
import { Failed } from "../parts/Failed";
import { Heading } from "../parts/Heading";
import { Notice } from "../parts/Notice";
import { WaitButton } from "../parts/WaitButton";
import { problemsOf } from "../problem";
import type { Go, Said } from "../screen";
import { useCall } from "../use-call";
import { useLoaded } from "../use-loaded";

/** The server keeps at most this many sessions of a user. */
const ALL = { first: 50 };
const loadSessions = (options: { signal: AbortSignal }) => client.sessions(ALL, options);

export function Devices({ go }: { go: Go }) {
  const { data, failure, busy: loading, reload } = useLoaded(loadSessions);
  const { busy: ending, call } = useCall();
  const [said, say] = useState<Said | null>(null);
  const busy = loading || ending;
  useEffect(() => {
    if (failure) leaveIfEnded(failure, go);
  }, [failure, go]);

  async function end(method: (options: { signal: AbortSignal }) => Promise<Result<unknown>>, done: string) {
    const result = await call(method);
    if (!result.ok && leaveIfEnded(result.failure, go)) return;
    const [problem] = result.ok ? [] : problemsOf(result.failure);
    say(problem ? { text: problem.text, bad: true } : { text: done, bad: false });
    await reload();
    // The button is gone.
    document.querySelector<HTMLElement>("h1")?.focus();
  }

  const endOne = ({ id, userAgent }: UserSession) =>
    end((options) => client.revokeSession({ id }, options) as Promise<Result<unknown>>, `${deviceName(userAgent)} has been signed out.`);
  const endOthers = () => end(client.revokeOtherSessions, "All other devices have been signed out.");

  const sessions = data?.nodes ?? [];
  return (
    <>
      <Heading>Devices</Heading>
      <p className="lead">These devices are signed in to your account. If you don't recognize one, sign it out and change your password.</p>
      {said && <Notice key={keyOf(said)} {...said} />}
      {failure && <Failed failure={failure} busy={busy} onRetry={reload} />}
      {sessions.length > 0 && (
        <ul className="devices">
          {sessions.map((session) => (
            <Device key={session.id} {...session} busy={busy} onEnd={() => endOne(session)} />
          ))}
        </ul>
      )}
      {sessions.length > 1 && (
        <WaitButton type="button" className="secondary" until={null} busy={busy} onClick={endOthers}>
          Sign out all other devices
        </WaitButton>
      )}
      <div className="aside">
        <BackToAccount go={go} />
      </div>
    </>
  );
}

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const when = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

function Device({ userAgent, network, createdAt, lastUsedAt, isCurrent, busy, onEnd }: UserSession & { busy: boolean; onEnd: () => void }) {
  const name = deviceName(userAgent);
  const signedIn = day.format(new Date(createdAt));
  return (
    <li aria-current={isCurrent || undefined}>
      <div>
        <p className="device">{name}</p>
        <p>
          Last used {when.format(new Date(lastUsedAt))} · signed in {signedIn} from {network}
        </p>
      </div>
      {isCurrent ? (
        <p className="here">This device</p>
      ) : (
        <WaitButton
          type="button"
          className="link"
          until={null}
          busy={busy}
          onClick={onEnd}
          aria-label={`Sign out ${name}, signed in ${signedIn} from ${network}`}
        >
          Sign out
        </WaitButton>
      )}
    </li>
  );
}
