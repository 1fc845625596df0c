// The HTML of an email, in a sandboxed frame. The server also blocks scripts and remote content.

import { htmlPath } from "./api.js";
import { create, note } from "./elements.js";

// They stay for the next email.
const switches = [
  { name: "Phone", className: "is-phone", on: matchMedia("(max-width: 50rem)").matches },
  { name: "Dark", className: "is-dark", on: false },
];

export function render(mail) {
  const frame = create("iframe", { referrerPolicy: "no-referrer", title: "The email as HTML", src: htmlPath(mail.ID) });
  frame.sandbox = "allow-popups allow-popups-to-escape-sandbox";
  const open = create("a", { href: frame.src, target: "_blank", className: "secondary", textContent: "Open in a tab" });
  const bar = create("div", { className: "bar" }, ...switches.map((one) => toggle(one, frame)), open);
  const remote = /\b(?:src|background)\s*=\s*["']?\s*(?:https?:)?\/\//i.test(mail.HTML);
  if (remote) bar.prepend(note("Remote content is blocked."));
  const printing = note("A long email is cut off here. To print all of its HTML, open it in a tab.");
  printing.classList.add("printed");
  // With the desktop width on a phone, it scrolls.
  return [bar, printing, create("div", { className: "frame", tabIndex: 0, role: "group", ariaLabel: frame.title }, frame)];
}

function toggle(state, frame) {
  const button = create("button", { type: "button", className: "secondary", textContent: state.name });
  const update = () => {
    button.ariaPressed = String(state.on);
    frame.classList.toggle(state.className, state.on);
  };
  button.addEventListener("click", () => {
    state.on = !state.on;
    update();
  });
  update();
  return button;
}
