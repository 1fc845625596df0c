// The list of emails. Rows are reused, so that focus and scroll position stay.

import { byId } from "./elements.js";
import { ago, clip, isExpired, recipients, secondsSince, subject } from "./format.js";

const list = byId("list");
const rows = new Map(); // The row of each email by its ID.

function createRow(mail) {
  const row = byId("row").content.cloneNode(true).firstElementChild;
  const put = (name, text) => (row.querySelector(name).textContent = text);
  row.querySelector("a").href = `#${mail.ID}`;
  put(".to", clip(recipients(mail).map(({ Address }) => Address).join(", ")) || "(no recipient)");
  put(".from", clip(mail.From?.Name || mail.From?.Address || "(no sender)", 100));
  put(".subject", subject(mail));
  put(".code", mail.Codes[0] ?? "");
  row.querySelector(".clip").toggleAttribute("hidden", mail.Attachments === 0);
  row.classList.toggle("is-new", rows.size > 0 && secondsSince(mail.Created) < 5);
  return row;
}

export function render(mails) {
  const ids = new Set(mails.map(({ ID }) => ID));
  for (const [id, { row }] of rows) if (!ids.has(id)) remove(id, row);
  mails.forEach((mail, place) => {
    if (rows.has(mail.ID)) rows.get(mail.ID).mail = mail;
    else rows.set(mail.ID, { row: createRow(mail), mail });
    const { row } = rows.get(mail.ID);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  tick();
}

// The focus goes on to the next row, or else to the one before.
function remove(id, row) {
  const neighbor = row.nextElementSibling ?? row.previousElementSibling;
  if (row.contains(document.activeElement)) (neighbor?.querySelector("a") ?? byId("title")).focus();
  row.remove();
  rows.delete(id);
}

// Updates times and read marks.
export function tick() {
  for (const { row, mail } of rows.values()) {
    row.querySelector("time").textContent = ago(mail.Created);
    row.querySelector("time").dateTime = mail.Created;
    row.classList.toggle("is-expired", isExpired(mail));
    row.classList.toggle("is-unread", !mail.Read);
    row.querySelector(".unread span").hidden = mail.Read;
  }
}

export function select(id) {
  for (const [other, { row }] of rows) {
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
  (rows.get(id)?.row.querySelector("a") ?? byId("title")).focus();
}

// On a phone an open email covers the list.
export const hasFocus = () => list.querySelector("a:focus")?.checkVisibility({ visibilityProperty: true }) ?? false;

export function focusPlace(place) {
  list.children[place]?.querySelector("a").focus();
}
