// The ways to show a mail, one tab each.

import { headers, htmlPath, raw } from "./api.js";
import { bytes } from "./words.js";

// Characters that are shown at once.
const LIMIT = 200_000;

const panel = document.getElementById("panel");
const names = ["text", "html", "headers", "raw"];
const tabs = names.map((name) => document.getElementById(`tab-${name}`));
let shown; // The mail.
let wanted = "text"; // The tab that was chosen last, also when a mail between did not have it.

const ways = { text, html, headers: fields, raw: source };

export async function show(mail) {
  shown = mail;
  tabs[1].disabled = !mail.HTML;
  await choose(mail.HTML || wanted !== "html" ? wanted : "text");
}

async function choose(name) {
  const mail = shown;
  for (const tab of tabs) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  panel.setAttribute("aria-labelledby", `tab-${name}`);
  const content = await Promise.resolve(ways[name](mail)).catch((error) => [note(`That did not work: ${error.message}`)]);
  if (mail === shown && document.getElementById(`tab-${name}`).ariaSelected === "true") panel.replaceChildren(...content);
}

function preformatted(content, kind = "") {
  const element = document.createElement("pre");
  element.className = kind;
  element.textContent = content.slice(0, LIMIT);
  return element;
}

function note(words) {
  const element = document.createElement("p");
  element.className = "note";
  element.textContent = words;
  return element;
}

function text(mail) {
  const parts = [mail.Text.trim() ? preformatted(mail.Text, "prose") : note("This mail has no text.")];
  if (mail.Text.length > LIMIT) parts.push(note(`It goes on: ${bytes(mail.Size)} in all. Download has everything.`));
  return parts;
}

// In a frame of its own, where no script runs and nothing is loaded from anywhere: the server says so as well.
function html(mail) {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-popups allow-popups-to-escape-sandbox";
  frame.referrerPolicy = "no-referrer";
  frame.title = "The mail as HTML";
  frame.src = htmlPath(mail.ID);
  const remote = /\b(?:src|background)\s*=\s*["']?\s*(?:https?:)?\/\//i.test(mail.HTML);
  return remote ? [note("What it would load from elsewhere is blocked."), frame] : [frame];
}

async function fields(mail) {
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
  return list.children.length ? [list] : [note("This mail has no headers.")];
}

async function source(mail) {
  const parts = [preformatted(await raw(mail.ID, LIMIT))];
  if (mail.Size > LIMIT) parts.push(note(`It goes on: ${bytes(mail.Size)} in all. Download has everything.`));
  return parts;
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => {
    wanted = names[place];
    choose(wanted);
  });
  tab.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const open = tabs.filter((other) => !other.disabled);
    const next = open[(open.indexOf(tab) + step + open.length) % open.length];
    next.focus();
    next.click();
  });
}
