import { useEffect } from "react";

/** The heading of a screen, which is also the title of the tab. It can take the focus. */
export function Heading({ children, start = true }: { children: string; start?: boolean }) {
  useEffect(() => {
    document.title = `${children} · Tansy`;
  }, [children]);
  return (
    <h1 tabIndex={-1} data-start={start || undefined}>
      {children}
    </h1>
  );
}
