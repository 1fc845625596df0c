// A code in large digits, with its age, and a button that copies it.

import { say } from "./say.js";
import { LIFETIME, age, seconds, spoken } from "./words.js";

const template = document.getElementById("code");

export function card(code, created) {
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
  card.querySelector("progress").value = Math.max(0, LIFETIME - seconds(created));
  card.classList.toggle("is-past", seconds(created) >= LIFETIME);
}

async function copyCode(code, button) {
  const copied = await write(code);
  say(copied ? "The code is copied" : "The browser does not let this page copy");
  button.textContent = copied ? "Copied" : "Not copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers offer the clipboard to pages of this machine and over TLS alone. This one may be in a container.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
