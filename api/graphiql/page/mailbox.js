// The newest code that was mailed to an address, read out of mailer-mock. All of it is shown as text.

// Until a connection that the browser has given up is tried again.
const PAUSE = 3_000;

// As the server writes an address on the envelope: its domain is in ASCII.
export function onEnvelope(email) {
  // Without what would be another part of a URL.
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
  if (!answer.ok) throw new Error(`the mailbox answered ${answer.status}`);
  const { messages } = await answer.json();
  const isTheirs = ({ To, Codes }) => Codes.length > 0 && To.some(({ Address }) => Address.toLowerCase() === address);
  const mail = messages.find(isTheirs);
  return mail ? { code: mail.Codes[0], at: Date.parse(mail.Created), address } : null;
}

// Shows the newest code and whether the mailbox answers: now, whenever a mail comes, and when what this returns is
// called, because the address has changed.
export function follow(mailbox, email, show) {
  let asked = 0;
  let known = null;
  let events = null;
  const lost = () => show(known, false);
  const look = async () => {
    const turn = ++asked;
    const address = onEnvelope(email());
    if (known?.address !== address) known = null;
    try {
      const found = await newest(mailbox, address);
      // Another question may have come after this one.
      if (turn !== asked) return;
      known = found;
      show(known, true);
    } catch {
      if (turn === asked) lost();
    }
  };
  const listen = () => {
    events?.close();
    // A browser has six connections to a host, for all of its pages: they are for those that are looked at.
    if (document.hidden) return;
    events = new EventSource(`${mailbox}/api/v1/events`);
    for (const event of ["open", "mail", "deleted"]) events.addEventListener(event, look);
    events.addEventListener("error", () => {
      lost();
      // The browser connects again by itself, but not after an answer that is none.
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, PAUSE);
    });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
  return look;
}
