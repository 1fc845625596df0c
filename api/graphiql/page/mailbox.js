// The newest code that was emailed to an address, from mailer-mock. All of it is shown as text.

// When the browser gives up a connection, the page reconnects after this many milliseconds.
const RECONNECT_AFTER = 3_000;

// The address as the server writes it on the envelope: its domain is in ASCII.
export function onEnvelope(email) {
  // No character that would start another part of a URL.
  const [, local, domain] = email.toLowerCase().match(/^(.+)@([^@/\\?#:%\s]+)$/) ?? [];
  if (!local) return null;
  try {
    return `${local}@${new URL(`http://${domain}`).hostname}`;
  } catch {
    return null;
  }
}

async function newest(mailbox, address) {
  if (!address) return null;
  const query = encodeURIComponent(`to:${address}`);
  const answer = await fetch(`${mailbox}/api/v1/search?query=${query}`);
  if (!answer.ok) throw new Error(`the mailbox answered with ${answer.status}`);
  const { messages } = await answer.json();
  const isForAddress = ({ To, Codes }) => Codes.length > 0 && To.some(({ Address }) => Address.toLowerCase() === address);
  const message = messages.find(isForAddress);
  return message ? { code: message.Codes[0], at: Date.parse(message.Created), address } : null;
}

// Shows the newest code and whether the mailbox is reachable: now, at each new email, and when the returned function is
// called, because the address changed.
export function follow(mailbox, email, show) {
  let requests = 0;
  let latest = null;
  let events = null;
  const lost = () => show(latest, false);
  const look = async () => {
    const request = ++requests;
    const address = onEnvelope(email());
    if (latest?.address !== address) latest = null;
    try {
      const found = await newest(mailbox, address);
      // A newer request may have been sent since.
      if (request !== requests) return;
      latest = found;
      show(latest, true);
    } catch {
      if (request === requests) lost();
    }
  };
  const listen = () => {
    events?.close();
    // A browser has six connections to a host, for all of its tabs: a hidden one leaves its connection to the others.
    if (document.hidden) return;
    events = new EventSource(`${mailbox}/api/v1/events`);
    for (const event of ["open", "mail", "deleted"]) events.addEventListener(event, look);
    events.addEventListener("error", () => {
      lost();
      // The browser reconnects by itself, but not after an HTTP error.
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, RECONNECT_AFTER);
    });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
  return look;
}
