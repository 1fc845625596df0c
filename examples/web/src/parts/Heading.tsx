/** The heading of a screen, which is also its place in the history and the tab. It can be given the focus. */
export function Heading({ children, start = true }: { children: string; start?: boolean }) {
  return (
    <>
      <title>{`${children} · Tansy`}</title>
      <h1 tabIndex={-1} data-start={start || undefined}>
        {children}
      </h1>
    </>
  );
}
