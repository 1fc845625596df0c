// The text, the headers and the source of an email.

import * as api from "./api.js";
import { create, note } from "./elements.js";
import { bytes } from "./format.js";
import { withLinks } from "./links.js";

// The most characters to show.
const TEXT_LIMIT = 200_000;

const rest = (mail) => note(`Only the start is shown. Download the whole email (${bytes(mail.Size)}).`);

export function text(mail) {
  if (!mail.Text.trim()) return [note("This email has no text.")];
  const content = withLinks(mail.Text.slice(0, TEXT_LIMIT), mail.Links);
  const shown = create("pre", { className: "prose", dir: "auto" }, ...content);
  return mail.Text.length > TEXT_LIMIT ? [shown, rest(mail)] : [shown];
}

export async function headers(mail) {
  const fields = Object.entries(await api.headers(mail.ID));
  const list = fields.flatMap(([name, values]) =>
    values.flatMap((value) => [
      create("dt", { textContent: name }),
      create("dd", { textContent: value.slice(0, 5000), dir: "auto" }),
    ]),
  );
  return list.length ? [create("dl", {}, ...list)] : [note("This email has no headers.")];
}

export async function source(mail) {
  const shown = create("pre", { textContent: (await api.raw(mail.ID, TEXT_LIMIT)).slice(0, TEXT_LIMIT) });
  return mail.Size > TEXT_LIMIT ? [shown, rest(mail)] : [shown];
}
