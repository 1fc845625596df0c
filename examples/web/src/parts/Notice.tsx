import { asClock, useSecondsLeft } from "../countdown";

type Props = { text: string; bad: boolean; waitUntil?: number | null };

/** A sentence that a screen reader announces when it appears. The seconds beside it change too often to be announced. */
export function Notice({ text, bad, waitUntil = null }: Props) {
  const left = useSecondsLeft(waitUntil);
  return (
    <div className={bad ? "notice bad" : "notice"}>
      <p role={bad ? "alert" : "status"}>{text}</p>
      {left > 0 && (
        <p role="timer">
          Try again in <b>{asClock(left)}</b>
        </p>
      )}
    </div>
  );
}
