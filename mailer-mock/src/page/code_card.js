// A code in large digits, with its age and a copy button.

import { announce, byId } from "./elements.js";
import { age, isExpired, secondsSince, secondsUntil, spoken } from "./format.js";

export function create(code, mail) {
  const card = byId("code").content.cloneNode(true).firstElementChild;
  const copy = card.querySelector(".copy");
  const lifetime = card.querySelector("progress");
  card.querySelector(".digits").textContent = code;
  card.setAttribute("aria-label", `Code ${spoken(code)}`);
  copy.addEventListener("click", () => copyCode(code, copy));
  lifetime.hidden = mail.CodesExpire === null;
  if (!lifetime.hidden) lifetime.max = Math.max(1, secondsSince(mail.Created, Date.parse(mail.CodesExpire)));
  tick(card, mail);
  return card;
}

export function tick(card, mail) {
  card.querySelector(".age").textContent = age(mail);
  card.querySelector("progress").value = mail.CodesExpire === null ? 0 : secondsUntil(mail.CodesExpire);
  card.classList.toggle("is-expired", isExpired(mail));
}

async function copyCode(code, button) {
  const copied = await writeToClipboard(code);
  announce(copied ? "Code copied" : "The browser does not allow this page to copy");
  button.textContent = copied ? "Copied" : "Copy failed";
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

async function writeToClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers allow the clipboard API only on localhost and over TLS. The mailbox may run in a container.
    const focused = document.activeElement;
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    focused.focus();
    return copied;
  }
}
