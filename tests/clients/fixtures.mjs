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
