// The list of mails. Rows are kept from one drawing to the next, so that focus and scrolling stay where they are.

import { isRead } from "./read.js";
import { LIFETIME, ago, clip, seconds, subject } from "./words.js";

const list = document.getElementById("list");
const template = document.getElementById("row");
const rows = new Map();

function make(mail) {
  const row = template.content.cloneNode(true).firstElementChild;
  const link = row.querySelector("a");
  const to = mail.To.map(({ Address }) => Address).join(", ");
  link.href = `#${mail.ID}`;
  row.querySelector(".to").textContent = clip(to) || "(nobody)";
  row.querySelector(".subject").textContent = subject(mail);
  row.querySelector(".code").textContent = mail.Codes[0] ?? "";
  row.querySelector("time").dateTime = mail.Created;
  row.classList.toggle("is-new", rows.size > 0 && seconds(mail.Created) < 5);
  return row;
}

export function draw(mails) {
  const wanted = new Set(mails.map(({ ID }) => ID));
  for (const [id, row] of rows) {
    if (wanted.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  mails.forEach((mail, place) => {
    if (!rows.has(mail.ID)) rows.set(mail.ID, make(mail));
    const row = rows.get(mail.ID);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  tick();
}

// What changes by itself, and with what is open.
export function tick() {
  for (const [id, row] of rows) {
    const time = row.querySelector("time");
    time.textContent = ago(time.dateTime);
    row.classList.toggle("is-past", seconds(time.dateTime) >= LIFETIME);
    row.classList.toggle("is-unread", !isRead(id));
    row.querySelector(".unread span").hidden = isRead(id);
  }
}

export function select(id) {
  for (const [other, row] of rows) {
    const link = row.querySelector("a");
    if (other === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// Moves to the next row, or the one before; from elsewhere to the one that is open, or the first.
export function move(step) {
  const links = [...list.querySelectorAll("a")];
  const here = links.indexOf(document.activeElement);
  const open = links.findIndex((link) => link.hasAttribute("aria-current"));
  const place = here >= 0 ? here + step : open >= 0 ? open + step : 0;
  links[Math.min(Math.max(place, 0), links.length - 1)]?.focus();
}

export function focusRow(id) {
  rows.get(id)?.querySelector("a").focus();
}
