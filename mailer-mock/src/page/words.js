// How things are put into words. Mails come from strangers: what is made here is only ever inserted as text.

// How long a code lasts.
export const LIFETIME = 60;

// What is longer helps nobody, and takes the browser long to lay out.
export function clip(text, limit = 300) {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

export const subject = (mail) => clip(mail.Subject.trim()) || "(no subject)";

export function person({ Address, Name }) {
  return clip(Name ? `${Name} <${Address}>` : Address);
}

export function people(list) {
  return list.map(person).join(", ");
}

export function seconds(created, now = Date.now()) {
  return Math.max(0, Math.floor((now - Date.parse(created)) / 1000));
}

// Short, for the list.
export function ago(created) {
  const age = seconds(created);
  if (age < 60) return `${age} s`;
  if (age < 3600) return `${Math.floor(age / 60)} min`;
  const time = new Date(created);
  return age < 86_400 ? time.toLocaleTimeString([], { timeStyle: "short" }) : time.toLocaleDateString();
}

// Whole, for a code.
export function age(created) {
  const age = seconds(created);
  if (age < LIFETIME) return `${age} s old, ${LIFETIME - age} s left of ${LIFETIME}`;
  return age < 3600 ? `${Math.floor(age / 60)} min old, past its ${LIFETIME} s` : `Past its ${LIFETIME} s`;
}

// Digit by digit, for those who listen: a code is no number.
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

export function counted(total, shown, searching) {
  if (searching) return `${shown} of ${total} found`;
  return total === 1 ? "1 mail" : `${total.toLocaleString()} mails`;
}
