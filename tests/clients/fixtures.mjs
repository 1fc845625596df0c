// A localStorage for the tests.
export function newStore() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    items,
  };
}

// Waits for the code in the next email to an address, in the mailer-mock at `mailbox`.
export async function emailedCode(mailbox, address) {
  const answer = await fetch(`${mailbox}/api/v1/wait?to=${encodeURIComponent(address)}&timeout=20s`);
  if (answer.status !== 200) throw new Error(`no email to ${address}: ${answer.status}`);
  return (await answer.json()).Codes[0];
}

// The codes in the emails to each address, in their order. Emails without one are skipped.
export function emailedCodes(mailbox) {
  const last = new Map();
  return async function next(address) {
    const query = new URLSearchParams({ to: address, timeout: '20s', ...(last.has(address) && { after: last.get(address) }) });
    const answer = await fetch(`${mailbox}/api/v1/wait?${query}`);
    if (answer.status !== 200) throw new Error(`no email to ${address}: ${answer.status}`);
    const { ID, Codes } = await answer.json();
    last.set(address, ID);
    return Codes[0] ?? next(address);
  };
}
