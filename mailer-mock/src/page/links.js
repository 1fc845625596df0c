// The links of an email. The server lists only those that run nothing.

import { create } from "./elements.js";
import { clip } from "./format.js";

const anchor = (link) =>
  create("a", { href: link, target: "_blank", rel: "noopener noreferrer", textContent: clip(link, 2000) });

export function render(mail) {
  return [create("ul", { className: "links" }, ...mail.Links.map((link) => create("li", {}, anchor(link))))];
}

// The text in parts, in which the links are elements.
export function withLinks(text, links) {
  let parts = [text];
  // The longest first: one link can be the start of another one.
  for (const link of [...links].sort((one, other) => other.length - one.length)) {
    const split = (part) => part.split(link).flatMap((rest, place) => (place ? [anchor(link), rest] : [rest]));
    parts = parts.flatMap((part) => (typeof part === "string" ? split(part) : [part]));
  }
  return parts;
}
