// The page: what is open is in the address, what is there comes from the server, and keys do what the mouse does.

import * as api from "./api.js";
import * as list from "./list.js";
import * as mail from "./mail.js";
import { markRead } from "./read.js";
import { say } from "./say.js";
import { counted, people, spoken, subject } from "./words.js";

const element = (id) => document.getElementById(id);
const opened = () => location.hash.slice(1);
const query = () => element("query").value.trim();
let total = null; // How many mails there are; null before the first answer.

function complain(error) {
  element("status").textContent = `That did not work: ${error.message}`;
}

// Which part of the page there is: the mail that is open, the first steps, or neither.
function arrange() {
  const open = Boolean(opened()) && total !== 0;
  element("mail").hidden = !open;
  element("empty").hidden = total !== 0;
  element("choose").hidden = open || !total;
  element("clear").hidden = !total;
  document.body.classList.toggle("open", open);
  document.body.classList.toggle("vacant", total === 0);
}

async function open() {
  const id = opened();
  list.select(id);
  if (id) {
    try {
      const shown = await api.mail(id);
      if (id !== opened()) return; // Another one was opened meanwhile.
      await mail.show(shown);
      markRead(id);
      document.title = `${subject(shown)} – Mailbox`;
    } catch {
      location.hash = ""; // It was deleted.
      return;
    }
  } else {
    document.title = "Mailbox";
  }
  arrange();
  list.tick();
  if (id && !document.querySelector("#list a:focus")) element("subject").focus();
}

// One request at a time, however many mails arrive; the last one sees them all.
let drawing = null;
let again = false;

async function draw() {
  const searching = query();
  const found = await api.mails(searching);
  total = found.total;
  list.draw(found.messages);
  list.select(opened());
  element("status").textContent = counted(total, found.messages_count, searching);
  element("nothing").hidden = !searching || found.messages_count > 0;
  element("more").hidden = found.messages_count <= found.count;
  element("more").textContent = `The newest ${found.count} are here. Search finds the others.`;
  if (opened() && !element("mail").hidden && total === 0) location.hash = "";
  arrange();
}

function refresh() {
  if (drawing) {
    again = true;
    return;
  }
  drawing = draw()
    .catch(complain)
    .finally(() => {
      drawing = null;
      if (!again) return;
      again = false;
      refresh();
    });
}

function close() {
  const id = opened();
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
  const typing = event.target.matches("input");
  const elsewhere = event.target.closest("main") && event.key.startsWith("Arrow");
  if (event.ctrlKey || event.metaKey || event.altKey || elsewhere || element("sure").open) return;
  if (typing && !["ArrowDown", "Escape"].includes(event.key)) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  if (typing && event.key === "Escape" && query()) {
    element("query").value = "";
    refresh();
  } else act();
});

element("query").addEventListener("input", refresh);
element("delete").addEventListener("click", () => {
  const id = opened();
  close();
  api.remove([id]).catch(complain);
});
element("clear").addEventListener("click", () => element("sure").showModal());
element("sure").addEventListener("close", () => {
  if (element("sure").returnValue === "yes") api.remove().catch(complain);
});
element("back").addEventListener("click", (event) => {
  event.preventDefault();
  close();
});
addEventListener("hashchange", () => open().catch(complain));
setInterval(() => {
  list.tick();
  mail.tick();
}, 1000);

api.listen({
  onMail: (mail) => {
    const code = mail.Codes[0] ? `, code ${spoken(mail.Codes[0])}` : "";
    say(`New mail to ${people(mail.To)}: ${subject(mail)}${code}`);
  },
  onChange: refresh,
  onLost: () => (element("status").textContent = "The connection is lost, trying again…"),
});
refresh();
open().catch(complain);
