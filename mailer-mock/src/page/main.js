// The mailbox page. The fragment of the URL names the open email.

import * as api from "./api.js";
import * as deleteAll from "./delete_all.js";
import { announce, byId } from "./elements.js";
import "./first_steps.js";
import { address, emails, recipients, spoken, subject } from "./format.js";
import * as keys from "./keys.js";
import * as list from "./list.js";
import * as mail from "./mail.js";

// How many emails the list shows at first, and how many more each time.
const PAGE = 200;

const openId = () => location.hash.slice(1);
const query = () => byId("query").value.trim();
let total = null; // The number of emails; null before the first response.
let limit = PAGE;

function showError(error) {
  byId("status").textContent = `Something went wrong: ${error.message}`;
}

// Shows the open email, the first steps for an empty mailbox, or neither.
function updateSections() {
  const open = Boolean(openId()) && total !== 0;
  byId("mail").hidden = !open;
  byId("empty").hidden = total !== 0;
  byId("choose").hidden = open || !total;
  document.body.classList.toggle("open", open);
  document.body.classList.toggle("is-empty", total === 0);
}

async function open() {
  const id = openId();
  list.select(id);
  if (id) {
    try {
      const email = await api.mail(id);
      if (id !== openId()) return; // The user left or opened another one meanwhile.
      await mail.show(email);
      if (id !== openId()) return;
      api.mark(id, true).catch(showError);
      document.title = `${subject(email)} – Mailbox`;
    } catch (error) {
      if (error.status !== 404) showError(error);
      if (id === openId()) leave(id);
      return;
    }
    byId("main").scrollTo(0, 0);
  } else {
    document.title = "Mailbox";
  }
  updateSections();
  list.tick();
  if (id && !list.hasFocus()) byId("subject").focus();
}

// Leaves an email that cannot be shown. Without a new entry in the history, or the way back would end here.
function leave(id) {
  const hadFocus = byId("mail").contains(document.activeElement);
  history.replaceState(null, "", "#");
  document.title = "Mailbox";
  updateSections();
  list.select("");
  if (hadFocus) list.focusRow(id);
}

async function onDeleted() {
  const id = openId();
  refresh();
  if (id && !(await api.exists(id)) && id === openId()) leave(id);
}

// Only one request at a time. An event during a request starts another one.
let loading = null;
let outdated = false;

async function load() {
  const search = query();
  const { total: count, messages_count: matches, messages } = await api.mails(search, limit);
  total = count;
  list.render(messages);
  list.select(openId());
  byId("status").textContent = search ? `${matches} of ${total} found` : emails(total);
  showNote(search && matches === 0 ? "No emails match your search." : "");
  byId("more").hidden = matches <= messages.length;
  byId("more").textContent = `Show ${Math.min(PAGE, matches - messages.length)} more`;
  deleteAll.update(search, matches);
  updateSections();
}

function showNote(text) {
  byId("no-results").hidden = !text;
  byId("no-results").textContent = text;
}

// The server explains what it cannot search for.
function onLoadError(error) {
  if (error.status !== 400) return showError(error);
  list.render([]);
  byId("status").textContent = "Invalid search";
  byId("more").hidden = true;
  showNote(error.message);
  deleteAll.update(query(), 0);
}

function refresh() {
  if (loading) {
    outdated = true;
    return loading;
  }
  loading = load()
    .catch(onLoadError)
    .finally(() => {
      loading = null;
      if (!outdated) return;
      outdated = false;
      return refresh();
    });
  return loading;
}

function close() {
  const id = openId();
  if (!id) return;
  location.hash = "";
  updateSections();
  list.focusRow(id);
}

// Closes the email, or it would be read again at once.
function markUnread() {
  const id = openId();
  if (!id) return;
  close();
  api.mark(id, false).catch(showError);
}

async function showMore() {
  const place = limit;
  limit += PAGE;
  await refresh();
  list.focusPlace(place);
}

keys.init({
  "/": () => byId("query").focus(),
  c: mail.copyFirst,
  u: markUnread,
  j: () => list.move(1),
  k: () => list.move(-1),
  ArrowDown: () => list.move(1),
  ArrowUp: () => list.move(-1),
  Escape: close,
});
deleteAll.init(showError);
byId("query").addEventListener("input", () => {
  limit = PAGE;
  refresh();
});
byId("more").addEventListener("click", showMore);
byId("unread").addEventListener("click", markUnread);
byId("delete").addEventListener("click", () => {
  const id = openId();
  close();
  api.remove(id).catch(showError);
});
byId("back").addEventListener("click", (event) => {
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
    announce(`New email to ${recipients(mail).map(address).join(", ")}: ${subject(mail)}${code}`);
  },
  onDeleted,
  onChange: refresh,
  onLost: () => (byId("status").textContent = "Connection lost. Reconnecting…"),
});
refresh();
open().catch(showError);
