// The list of emails. Rows are reused, so that focus and scroll position stay.

import { CODE_LIFETIME, ago, clip, secondsSince, subject } from "./format.js";
import { isRead } from "./read_marks.js";

const list = document.getElementById("list");
const template = document.getElementById("row");
const rows = new Map();

function createRow(mail) {
  const row = template.content.cloneNode(true).firstElementChild;
  const link = row.querySelector("a");
  const to = mail.To.map(({ Address }) => Address).join(", ");
  link.href = `#${mail.ID}`;
  row.querySelector(".to").textContent = clip(to) || "(no recipient)";
  row.querySelector(".subject").textContent = subject(mail);
  row.querySelector(".code").textContent = mail.Codes[0] ?? "";
  row.querySelector("time").dateTime = mail.Created;
  row.classList.toggle("is-new", rows.size > 0 && secondsSince(mail.Created) < 5);
  return row;
}

export function render(mails) {
  const ids = new Set(mails.map(({ ID }) => ID));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  mails.forEach((mail, place) => {
    if (!rows.has(mail.ID)) rows.set(mail.ID, createRow(mail));
    const row = rows.get(mail.ID);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  tick();
}

// Updates times and read marks.
export function tick() {
  for (const [id, row] of rows) {
    const time = row.querySelector("time");
    time.textContent = ago(time.dateTime);
    row.classList.toggle("is-expired", secondsSince(time.dateTime) >= CODE_LIFETIME);
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

// Moves the focus by one row, from the focused row or else the open one; without either, to the first.
export function move(step) {
  const links = [...list.querySelectorAll("a")];
  const focused = links.indexOf(document.activeElement);
  const open = links.findIndex((link) => link.hasAttribute("aria-current"));
  const place = focused >= 0 ? focused + step : open >= 0 ? open + step : 0;
  links[Math.min(Math.max(place, 0), links.length - 1)]?.focus();
}

export function focusRow(id) {
  rows.get(id)?.querySelector("a").focus();
}
