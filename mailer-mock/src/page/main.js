// The mailbox page. The fragment of the URL names the open email.

import { announce } from "./announce.js";
import * as api from "./api.js";
import { addresses, emails, spoken, subject } from "./format.js";
import * as list from "./list.js";
import * as mail from "./mail.js";
import { markRead } from "./read_marks.js";

const element = (id) => document.getElementById(id);
const openId = () => location.hash.slice(1);
const query = () => element("query").value.trim();
let total = null; // The number of emails; null before the first response.

function showError(error) {
  element("status").textContent = `Something went wrong: ${error.message}`;
}

// Shows the open email, the first steps for an empty mailbox, or neither.
function updateSections() {
  const open = Boolean(openId()) && total !== 0;
  element("mail").hidden = !open;
  element("empty").hidden = total !== 0;
  element("choose").hidden = open || !total;
  element("clear").hidden = !total;
  document.body.classList.toggle("open", open);
  document.body.classList.toggle("is-empty", total === 0);
}

async function open() {
  const id = openId();
  list.select(id);
  if (id) {
    try {
      const email = await api.mail(id);
      if (id !== openId()) return; // The user opened another one meanwhile.
      await mail.show(email);
      markRead(id);
      document.title = `${subject(email)} – Mailbox`;
    } catch {
      location.hash = ""; // The email was deleted.
      return;
    }
  } else {
    document.title = "Mailbox";
  }
  updateSections();
  list.tick();
  if (id && !document.querySelector("#list a:focus")) element("subject").focus();
}

// Only one request at a time. An event during a request starts another one.
let loading = null;
let outdated = false;

async function load() {
  const search = query();
  const { total: count, messages_count: matches, messages } = await api.mails(search);
  total = count;
  list.render(messages);
  list.select(openId());
  element("status").textContent = search ? `${matches} of ${total} found` : emails(total);
  element("no-results").hidden = !search || matches > 0;
  element("more").hidden = matches <= messages.length;
  element("more").textContent = `Showing the newest ${messages.length}. Search to find older ones.`;
  if (openId() && !element("mail").hidden && total === 0) location.hash = "";
  updateSections();
}

function refresh() {
  if (loading) {
    outdated = true;
    return;
  }
  loading = load()
    .catch(showError)
    .finally(() => {
      loading = null;
      if (!outdated) return;
      outdated = false;
      refresh();
    });
}

function close() {
  const id = openId();
  location.hash = "";
  list.focusRow(id);
}

const keys = {
  "/": () => element("query").focus(),
  c: mail.copyFirst,
  j: () => list.move(1),
  k: () => list.move(-1),
  ArrowDown: () => list.move(1),
  ArrowUp: () => list.move(-1),
  Escape: close,
};

document.addEventListener("keydown", (event) => {
  const inSearch = event.target.matches("input");
  const scrollsMail = event.target.closest("main") && event.key.startsWith("Arrow");
  if (event.ctrlKey || event.metaKey || event.altKey || scrollsMail || element("confirm-delete").open) return;
  if (inSearch && !["ArrowDown", "Escape"].includes(event.key)) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  if (inSearch && event.key === "Escape" && query()) {
    element("query").value = "";
    refresh();
  } else action();
});

element("query").addEventListener("input", refresh);
element("delete").addEventListener("click", () => {
  const id = openId();
  close();
  api.remove([id]).catch(showError);
});
element("clear").addEventListener("click", () => {
  element("confirm-title").textContent = total === 1 ? "Delete the email?" : `Delete all ${emails(total)}?`;
  element("confirm-delete").showModal();
});
element("confirm-delete").addEventListener("close", () => {
  if (element("confirm-delete").returnValue === "yes") api.remove().catch(showError);
});
element("back").addEventListener("click", (event) => {
  event.preventDefault();
  close();
});
addEventListener("hashchange", () => open().catch(showError));
setInterval(() => {
  list.tick();
  mail.tick();
}, 1000);

api.listen({
  onMail: (mail) => {
    const code = mail.Codes[0] ? `, code ${spoken(mail.Codes[0])}` : "";
    announce(`New email to ${addresses(mail.To)}: ${subject(mail)}${code}`);
  },
  onChange: refresh,
  onLost: () => (element("status").textContent = "Connection lost. Reconnecting…"),
});
refresh();
open().catch(showError);
