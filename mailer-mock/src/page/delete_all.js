// Deletes all emails, or those that a search found, after a confirmation.

import * as api from "./api.js";
import { byId } from "./elements.js";
import { emails } from "./format.js";

const dialog = byId("confirm-delete");
let search = "";
let count = 0;
let latest = ["", 0];

// What the button would delete. A question that is open stays as it is.
export function update(query, matches) {
  latest = [query, matches];
  if (dialog.open) return;
  search = query;
  count = matches;
  byId("clear").hidden = matches === 0;
  byId("clear").textContent = query ? "Delete found" : "Delete all";
}

export function init(onError) {
  byId("clear").addEventListener("click", () => {
    const which = search ? `the ${emails(count)} found` : `all ${emails(count)}`;
    byId("confirm-title").textContent = !search && count === 1 ? "Delete the email?" : `Delete ${which}?`;
    dialog.returnValue = ""; // Some browsers keep the last answer.
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") {
      (search ? api.removeFound(search) : api.removeAll()).catch(onError);
      byId("title").focus();
    }
    update(...latest);
  });
}
