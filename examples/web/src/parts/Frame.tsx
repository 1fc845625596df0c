import type { ReactNode } from "react";
import type { Screen } from "../screen";

const STEPS = ["Your details", "The code we email you", "Welcome"];
const STEP: Partial<Record<Screen["at"], number>> = { register: 0, code: 1, account: 2 };

/** What surrounds every screen: the brand, and the steps of the registration. */
export function Frame({ at, children }: { at: Screen["at"]; children: ReactNode }) {
  const current = STEP[at];
  return (
    <div className="frame">
      <header>
        <p className="brand">
          <img src="/icon.svg" alt="" width="32" height="32" />
          Tansy
        </p>
        <p className="promise">
          A place for <em>everything</em> that grows.
        </p>
        <ol className="steps" aria-label="Steps" hidden={current === undefined}>
          {STEPS.map((step, index) => (
            <li key={step} data-done={current !== undefined && index < current} aria-current={index === current ? "step" : undefined}>
              <span>{step}</span>
            </li>
          ))}
        </ol>
      </header>
      {children}
    </div>
  );
}
