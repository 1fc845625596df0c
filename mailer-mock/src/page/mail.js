// The open email.

import { filePath, rawPath } from "./api.js";
import * as codeCard from "./code_card.js";
import { byId, create } from "./elements.js";
import { bytes, clip, subject } from "./format.js";
import * as tabs from "./mail_tabs.js";

let current = null;

export async function show(mail) {
  current = mail;
  byId("subject").textContent = subject(mail);
  byId("codes").replaceChildren(...mail.Codes.map((code) => codeCard.create(code, mail)));
  put("from", mail.From ? person(mail.From) : ["(no sender)"]);
  put("to", people(mail.To));
  put("cc", people(mail.Cc));
  put("bcc", people(mail.Bcc));
  put("reply-to", people(mail.ReplyTo));
  byId("created").dateTime = mail.Created;
  byId("created").textContent = new Date(mail.Created).toLocaleString();
  byId("download").href = rawPath(mail.ID);
  byId("download").download = `${mail.ID}.eml`;
  files(mail);
  await tabs.show(mail);
}

// Each name and address has its own direction, and cannot change that of the others.
const isolated = (text) => create("bdi", { textContent: clip(text) });

const person = ({ Address, Name }) => (Name ? [isolated(Name), " <", isolated(Address), ">"] : [isolated(Address)]);

const people = (list) => list.flatMap((one, place) => (place ? [", ", ...person(one)] : person(one)));

// A field without a value is hidden, with its name.
function put(id, content) {
  const field = byId(id);
  field.replaceChildren(...content);
  field.hidden = field.previousElementSibling.hidden = content.length === 0;
}

function files(mail) {
  const parts = [...mail.Attachments, ...mail.Inline];
  const field = byId("files").parentElement;
  field.hidden = field.previousElementSibling.hidden = parts.length === 0;
  byId("files").replaceChildren(...parts.map((part) => file(mail.ID, part)));
}

function file(id, part) {
  const href = filePath(id, part.PartID);
  const name = clip(part.FileName, 80) || part.ContentType;
  const link = create("a", { href, download: "", dir: "auto" });
  if (part.ContentType.startsWith("image/")) {
    const picture = create("img", { src: href, alt: "", loading: "lazy" });
    picture.addEventListener("error", () => picture.remove());
    link.append(picture);
  }
  link.append(name);
  return create("li", {}, link, ` ${bytes(part.Size)}`);
}

export function tick() {
  for (const card of byId("codes").children) codeCard.tick(card, current);
}

export function copyFirst() {
  byId("codes").querySelector(".copy")?.click();
}
