// The tabs of the open email.

import { headers, htmlPath, raw } from "./api.js";
import { bytes } from "./format.js";

// The most characters to show.
const TEXT_LIMIT = 200_000;

const panel = document.getElementById("panel");
const names = ["text", "html", "headers", "raw"];
const tabs = names.map((name) => document.getElementById(`tab-${name}`));
let current; // The open email.
let preferred = "text"; // The tab that the user chose last. An email without HTML does not change it.

const renderers = { text, html, headers: headerFields, raw: source };

export async function show(mail) {
  current = mail;
  tabs[1].disabled = !mail.HTML;
  await select(mail.HTML || preferred !== "html" ? preferred : "text");
}

async function select(name) {
  const mail = current;
  for (const tab of tabs) {
    const selected = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
  panel.setAttribute("aria-labelledby", `tab-${name}`);
  const content = await Promise.resolve(renderers[name](mail)).catch((error) => [note(`Something went wrong: ${error.message}`)]);
  if (mail === current && document.getElementById(`tab-${name}`).ariaSelected === "true") panel.replaceChildren(...content);
}

function preformatted(content, kind = "") {
  const element = document.createElement("pre");
  element.className = kind;
  element.textContent = content.slice(0, TEXT_LIMIT);
  return element;
}

function note(text) {
  const element = document.createElement("p");
  element.className = "note";
  element.textContent = text;
  return element;
}

function text(mail) {
  const parts = [mail.Text.trim() ? preformatted(mail.Text, "prose") : note("This email has no text.")];
  if (mail.Text.length > TEXT_LIMIT) parts.push(note(`Only the start is shown. Download the whole email (${bytes(mail.Size)}).`));
  return parts;
}

// In a sandboxed frame. The server also blocks scripts and remote content.
function html(mail) {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-popups allow-popups-to-escape-sandbox";
  frame.referrerPolicy = "no-referrer";
  frame.title = "The email as HTML";
  frame.src = htmlPath(mail.ID);
  const remote = /\b(?:src|background)\s*=\s*["']?\s*(?:https?:)?\/\//i.test(mail.HTML);
  return remote ? [note("Remote content is blocked."), frame] : [frame];
}

async function headerFields(mail) {
  const list = document.createElement("dl");
  for (const [name, values] of Object.entries(await headers(mail.ID))) {
    for (const value of values) {
      const term = document.createElement("dt");
      const description = document.createElement("dd");
      term.textContent = name;
      description.textContent = value.slice(0, 5000);
      list.append(term, description);
    }
  }
  return list.children.length ? [list] : [note("This email has no headers.")];
}

async function source(mail) {
  const parts = [preformatted(await raw(mail.ID, TEXT_LIMIT))];
  if (mail.Size > TEXT_LIMIT) parts.push(note(`Only the start is shown. Download the whole email (${bytes(mail.Size)}).`));
  return parts;
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => {
    preferred = names[place];
    select(preferred);
  });
  tab.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const enabled = tabs.filter((other) => !other.disabled);
    const next = enabled[(enabled.indexOf(tab) + step + enabled.length) % enabled.length];
    next.focus();
    next.click();
  });
}
