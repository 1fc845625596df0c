// The newest code that was mailed to an address, read out of mailer-mock. All of it is shown as text.

// As the server writes an address on the envelope: its domain is in ASCII.
function onEnvelope(email) {
  const [, local, domain] = email.toLowerCase().match(/^(.+)@([^@]+)$/) ?? [];
  if (!local) return null;
  try {
    return `${local}@${new URL(`http://${domain}`).hostname}`;
  } catch {
    return null;
  }
}

async function newest(mailbox, email) {
  const address = onEnvelope(email);
  if (!address) return null;
  const query = encodeURIComponent(`to:${address}`);
  const answer = await fetch(`${mailbox}/api/v1/search?query=${query}`);
  if (!answer.ok) return null;
  const { messages } = await answer.json();
  const isTheirs = ({ To, Codes }) => Codes.length > 0 && To.some(({ Address }) => Address.toLowerCase() === address);
  const mail = messages.find(isTheirs);
  return mail ? { code: mail.Codes[0], at: Date.parse(mail.Created) } : null;
}

// Shows the newest code now, whenever a mail comes, and when the answer is called, because the address has changed.
export function follow(mailbox, email, show) {
  let asked = 0;
  const look = async () => {
    const turn = ++asked;
    const found = await newest(mailbox, email()).catch(() => null);
    // Another question may have come after this one.
    if (turn === asked) show(found);
  };
  // The browser connects again by itself.
  const events = new EventSource(`${mailbox}/api/v1/events`);
  for (const event of ["open", "mail", "deleted"]) events.addEventListener(event, look);
  return look;
}
