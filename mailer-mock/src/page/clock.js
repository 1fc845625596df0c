// The clock of the server. It can differ from that of the browser, for example in a virtual machine after a sleep.

const TOLERANCE = 2_000;
let difference = null;

// The first response decides: its header `Date` has no fractions of a second.
export function set({ headers }) {
  if (difference !== null) return;
  const found = Date.parse(headers.get("date")) + 500 - Date.now();
  difference = Math.abs(found) > TOLERANCE ? found : 0;
}

export const now = () => Date.now() + (difference ?? 0);
