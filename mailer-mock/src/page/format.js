// Formats values as text. Emails are untrusted, so the page inserts the results only as text.

import * as clock from "./clock.js";

// Cuts long text, which is slow to lay out.
export function clip(text, limit = 300) {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

export const subject = (mail) => clip(mail.Subject.trim()) || "(no subject)";

export function address({ Address, Name }) {
  return clip(Name ? `${Name} <${Address}>` : Address);
}

export const recipients = (mail) => [...mail.To, ...mail.Cc, ...mail.Bcc];

export function secondsSince(time, now = clock.now()) {
  return Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
}

// Zero if the time is over.
export function secondsUntil(time, now = clock.now()) {
  return Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));
}

export const isExpired = (mail) => mail.CodesExpire !== null && secondsUntil(mail.CodesExpire) === 0;

// The age of an email in the list.
export function ago(created) {
  const age = secondsSince(created);
  if (age < 3600) return span(age);
  const time = new Date(created);
  return age < 86_400 ? time.toLocaleTimeString([], { timeStyle: "short" }) : time.toLocaleDateString();
}

// The age of a code, and its lifetime if the email says it.
export function age({ Created, CodesExpire }) {
  const sent = `Sent ${span(secondsSince(Created))} ago`;
  if (CodesExpire === null) return sent;
  const left = secondsUntil(CodesExpire);
  return left > 0 ? `${sent}, expires in ${left < 120 ? `${left} s` : span(left)}` : `${sent} (expired)`;
}

function span(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
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
