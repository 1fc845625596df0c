import type { RegistrationPolicy } from "account-client";
import { useEffect, useState } from "react";
import { judge, type Verdict } from "../password";

type Props = { password: string; email: string; policy: RegistrationPolicy };

/** What the server will probably say, while the person types. */
export function PasswordHint({ password, email, policy }: Props) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  useEffect(() => {
    let current = true;
    // Without the dictionaries there is no hint. The server decides in any case.
    judge(password, email, policy).then((verdict) => current && setVerdict(verdict), () => {});
    return () => {
      current = false;
    };
  }, [password, email, policy]);

  const judged = password === "" ? null : verdict;
  const text = words(judged, policy);
  // A screen reader announces the hint when the typing stops, not at each letter.
  const [heard, hear] = useState(text);
  useEffect(() => {
    const timer = setTimeout(hear, 1000, text);
    return () => clearTimeout(timer);
  }, [password, text]);

  return (
    <div className="hint" data-verdict={judged?.code ?? (judged ? "GOOD" : undefined)} data-score={judged?.score}>
      <span className="meter" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <i key={step} data-on={judged !== null && step <= Math.max(judged.score, 1)} />
        ))}
      </span>
      <p aria-hidden="true">{text}</p>
      <p className="unseen" role="status">
        {heard}
      </p>
    </div>
  );
}

function words(verdict: Verdict | null, policy: Props["policy"]): string {
  const { passwordMinLength: min, passwordMaxLength: max } = policy;
  switch (verdict?.code) {
    case "PASSWORD_TOO_SHORT":
      return `At least ${min} characters.`;
    case "PASSWORD_TOO_LONG":
      return `At most ${max} characters.`;
    case "PASSWORD_TOO_WEAK":
      return ["Easy to guess.", verdict.suggestions[0] ?? "Add another word or two."].join(" ");
    case null:
      return verdict.score === 2 ? "Good enough." : "Strong password.";
    default:
      return `${min} to ${max} characters. Several unrelated words are easy to remember.`;
  }
}
