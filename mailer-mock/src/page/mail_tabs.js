// The tabs of the open email.

import { byId, note } from "./elements.js";
import * as html from "./html_view.js";
import * as links from "./links.js";
import { headers, source, text } from "./text_views.js";

const panel = byId("panel");
const views = { html: html.render, text, links: links.render, headers, raw: source };
const tabs = Object.keys(views).map((name) => byId(`tab-${name}`));
let current; // The open email.
let preferred = "html"; // The tab that the user chose last. An email without it does not change it.

export async function show(mail) {
  current = mail;
  byId("tab-html").disabled = !mail.HTML.trim();
  byId("tab-links").disabled = mail.Links.length === 0;
  byId("tab-links").textContent = mail.Links.length ? `Links (${mail.Links.length})` : "Links";
  await select(byId(`tab-${preferred}`).disabled ? "text" : preferred);
}

async function select(name) {
  const mail = current;
  for (const tab of tabs) {
    const selected = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
  panel.setAttribute("aria-labelledby", `tab-${name}`);
  const content = await Promise.resolve(views[name](mail)).catch((error) => [note(`Something went wrong: ${error.message}`)]);
  if (mail === current && byId(`tab-${name}`).ariaSelected === "true") panel.replaceChildren(...content);
}

for (const [name, tab] of Object.keys(views).map((name, place) => [name, tabs[place]])) {
  tab.addEventListener("click", () => {
    preferred = name;
    select(name);
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
