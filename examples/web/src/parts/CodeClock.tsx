import { asClock, milestone, useSecondsLeft } from "../countdown";

/**
 * How long the code lasts: an estimate, because its time runs from the sending of the mail and this page does not know when
 * that was. So nothing is ever disabled when it is over.
 */
export function CodeClock({ sentAt, expiresAt }: { sentAt: number; expiresAt: number }) {
  const left = useSecondsLeft(expiresAt);
  const all = Math.max(1, Math.round((expiresAt - sentAt) / 1000));
  return (
    <div className="code-clock" data-over={left === 0}>
      <p role="timer" aria-live="off">
        {left > 0 ? (
          <>
            Lasts another <b>{asClock(left)}</b>
          </>
        ) : (
          "Its time is over. Try it all the same, or ask for a new one."
        )}
      </p>
      <progress aria-hidden="true" max={all} value={left} />
      <p className="unseen" role="status">
        {milestone(left)}
      </p>
    </div>
  );
}
