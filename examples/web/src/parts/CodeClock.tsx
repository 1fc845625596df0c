import { asClock, CODE_MAY_HAVE_EXPIRED, milestone, useSecondsLeft } from "../countdown";

/** How long the code can be used. It is an estimate, because the time runs from the sending: so zero disables nothing. */
export function CodeClock({ sentAt, expiresAt }: { sentAt: number; expiresAt: number }) {
  const left = useSecondsLeft(expiresAt);
  const all = Math.max(1, Math.round((expiresAt - sentAt) / 1000));
  return (
    <div className="code-clock" data-over={left === 0}>
      <p role="timer" aria-live="off">
        {left > 0 ? (
          <>
            Expires in <b>{asClock(left)}</b>
          </>
        ) : (
          CODE_MAY_HAVE_EXPIRED
        )}
      </p>
      <progress aria-hidden="true" max={all} value={left} />
      <p className="unseen" role="status">
        {milestone(left)}
      </p>
    </div>
  );
}
