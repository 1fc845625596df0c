// A code in large digits, with its age and a copy button.

import { announce } from "./announce.js";
import { CODE_LIFETIME, age, secondsSince, spoken } from "./format.js";

const template = document.getElementById("code");

export function create(code, created) {
  const card = template.content.cloneNode(true).firstElementChild;
  const digits = card.querySelector(".digits");
  const copy = card.querySelector(".copy");
  card.dataset.created = created;
  digits.textContent = code;
  card.setAttribute("aria-label", `Code ${spoken(code)}`);
  copy.addEventListener("click", () => copyCode(code, copy));
  tick(card);
  return card;
}

export function tick(card) {
  const created = card.dataset.created;
  card.querySelector(".age").textContent = age(created);
  card.querySelector("progress").value = Math.max(0, CODE_LIFETIME - secondsSince(created));
  card.classList.toggle("is-expired", secondsSince(created) >= CODE_LIFETIME);
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
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
