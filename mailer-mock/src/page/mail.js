// The open email.

import { filePath, rawPath } from "./api.js";
import * as codeCard from "./code_card.js";
import { address, addresses, bytes, clip, subject } from "./format.js";
import * as tabs from "./mail_tabs.js";

const element = (id) => document.getElementById(id);

export async function show(mail) {
  element("subject").textContent = subject(mail);
  element("codes").replaceChildren(...mail.Codes.map((digits) => codeCard.create(digits, mail.Created)));
  element("from").textContent = mail.From ? address(mail.From) : "(no sender)";
  element("to").textContent = addresses(mail.To);
  element("created").dateTime = mail.Created;
  element("created").textContent = new Date(mail.Created).toLocaleString();
  element("download").href = rawPath(mail.ID);
  element("download").download = `${mail.ID}.eml`;
  files(mail);
  await tabs.show(mail);
}

function files(mail) {
  const parts = [...mail.Attachments, ...mail.Inline];
  element("files").closest("dl").classList.toggle("has-files", parts.length > 0);
  element("files").replaceChildren(...parts.map((part) => file(mail.ID, part)));
}

function file(id, part) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = filePath(id, part.PartID);
  link.download = "";
  link.textContent = clip(part.FileName, 80) || part.ContentType;
  item.append(link, ` ${bytes(part.Size)}`);
  return item;
}

export function tick() {
  for (const card of element("codes").children) codeCard.tick(card);
}

export function copyFirst() {
  element("codes").querySelector(".copy")?.click();
}
