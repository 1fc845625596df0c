import type { Go } from "../screen";

export function BackToAccount({ go }: { go: Go }) {
  return (
    <button type="button" className="link" onClick={() => go({ at: "account" })}>
      Back to your account
    </button>
  );
}
