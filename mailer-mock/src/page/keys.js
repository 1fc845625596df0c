// The keyboard.

import { byId } from "./elements.js";

export function init(keys) {
  document.addEventListener("keydown", (event) => {
    const inSearch = event.target.matches("input");
    const scrollsMail = event.target.closest("main") && event.key.startsWith("Arrow");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || scrollsMail || document.querySelector("dialog[open], :popover-open")) return;
    if (inSearch && !["ArrowDown", "Escape"].includes(event.key)) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    if (inSearch && event.key === "Escape" && byId("query").value) {
      byId("query").value = "";
      byId("query").dispatchEvent(new Event("input"));
    } else action();
  });
}
