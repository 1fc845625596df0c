import { asClock, useSecondsLeft } from "../countdown";

type Props = { text: string; bad: boolean; waitUntil?: number | null };

/** A sentence that is read out when it appears; the seconds beside it are not, or it would never end. */
export function Notice({ text, bad, waitUntil = null }: Props) {
  const left = useSecondsLeft(waitUntil);
  return (
    <div className={bad ? "notice bad" : "notice"}>
      <p role={bad ? "alert" : "status"}>{text}</p>
      {left > 0 && (
        <p role="timer">
          Again in <b>{asClock(left)}</b>
        </p>
      )}
    </div>
  );
}
