// Formats values as text. Emails are untrusted, so the page inserts the results only as text.

// The lifetime of a code in seconds.
export const CODE_LIFETIME = 60;

// Cuts long text, which is slow to lay out.
export function clip(text, limit = 300) {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

export const subject = (mail) => clip(mail.Subject.trim()) || "(no subject)";

export function address({ Address, Name }) {
  return clip(Name ? `${Name} <${Address}>` : Address);
}

export function addresses(list) {
  return list.map(address).join(", ");
}

export function secondsSince(created, now = Date.now()) {
  return Math.max(0, Math.floor((now - Date.parse(created)) / 1000));
}

// The age of an email in the list.
export function ago(created) {
  const age = secondsSince(created);
  if (age < 60) return `${age} s`;
  if (age < 3600) return `${Math.floor(age / 60)} min`;
  const time = new Date(created);
  return age < 86_400 ? time.toLocaleTimeString([], { timeStyle: "short" }) : time.toLocaleDateString();
}

// The age of a code.
export function age(created) {
  const age = secondsSince(created);
  if (age < CODE_LIFETIME) return `Sent ${age} s ago, expires in ${CODE_LIFETIME - age} s`;
  return age < 3600 ? `Sent ${Math.floor(age / 60)} min ago (expired)` : "Expired";
}

// Makes a screen reader read a code digit by digit.
export function spoken(code) {
  return [...code].join(" ");
}

export function bytes(size) {
  const units = ["bytes", "KB", "MB"];
  let unit = 0;
  while (size >= 1024 && unit < 2) {
    size /= 1024;
    unit += 1;
  }
  return `${unit ? size.toFixed(1) : size} ${units[unit]}`;
}

export function emails(count) {
  return count === 1 ? "1 email" : `${count.toLocaleString()} emails`;
}
