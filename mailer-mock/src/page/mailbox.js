// The mailbox page. Mails come from strangers, so everything of theirs is inserted with textContent.
"use strict";

const PAUSE = 1000;
const LIMIT = 100;

const element = (id) => document.getElementById(id);
let shown = null; // The newest ID that the list was drawn for; null before the first answer.
let chosen = null; // The ID of the mail that is open.

async function ask(path, options) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(10_000), ...options });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer;
}

function person({ Address, Name }) {
  return Name ? `${Name} <${Address}>` : Address;
}

function people(list) {
  return list.map(person).join(", ");
}

function row(mail) {
  const item = element("row").content.cloneNode(true);
  const button = item.querySelector("button");
  const time = item.querySelector("time");
  item.querySelector(".code").textContent = mail.Codes[0] ?? "";
  item.querySelector(".subject").textContent = mail.Subject || "(no subject)";
  item.querySelector(".to").textContent = mail.To.map((to) => to.Address).join(", ");
  time.dateTime = mail.Created;
  time.textContent = new Date(mail.Created).toLocaleTimeString();
  button.dataset.id = mail.ID;
  button.setAttribute("aria-current", String(mail.ID === chosen));
  button.addEventListener("click", () => open(mail.ID).catch(complain));
  return item;
}

function count(total, here) {
  if (total > here) return `${total} mails, the newest ${here} here`;
  return total === 1 ? "1 mail" : `${total} mails`;
}

function drawList({ total, messages }) {
  const newest = messages[0]?.ID ?? "";
  element("status").textContent = count(total, messages.length);
  if (newest === shown) return;
  shown = newest;

  const focused = document.activeElement?.dataset.id;
  element("list").replaceChildren(...messages.map(row));
  if (focused) element("list").querySelector(`[data-id="${focused}"]`)?.focus();

  element("empty").hidden = total > 0;
  element("mails").hidden = total === 0;
  element("clear").hidden = total === 0;
  if (total === 0) element("mail").hidden = true;
}

// Browsers only let pages from this machine, or over TLS, use the clipboard.
function bigCode(code) {
  const big = document.createElement(navigator.clipboard ? "button" : "span");
  big.textContent = code;
  if (navigator.clipboard) {
    big.type = "button";
    big.title = "Copy";
    big.addEventListener("click", () => copy(big).catch(complain));
  }
  return big;
}

async function copy(button) {
  await navigator.clipboard.writeText(button.textContent);
  button.classList.add("copied");
}

async function open(id) {
  chosen = id;
  for (const button of element("list").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.dataset.id === id));
  }
  const mail = await (await ask(`/api/v1/message/${id}`)).json();
  if (chosen !== id) return; // Another one was opened meanwhile.

  element("subject").textContent = mail.Subject || "(no subject)";
  element("codes").replaceChildren(...mail.Codes.map(bigCode));
  element("from").textContent = mail.From ? person(mail.From) : "(nobody)";
  element("to").textContent = people(mail.To);
  element("created").textContent = new Date(mail.Created).toLocaleString();
  element("text").textContent = mail.Text || "(no text)";
  element("raw").href = `/api/v1/message/${id}/raw`;
  element("headers").href = `/api/v1/message/${id}/headers`;
  element("mail").hidden = false;
  element("mail").scrollIntoView({ block: "nearest" });
}

function complain(error) {
  element("status").textContent = `That did not work: ${error.message}`;
}

async function refresh() {
  try {
    if (!document.hidden) drawList(await (await ask(`/api/v1/messages?limit=${LIMIT}`)).json());
  } catch (error) {
    complain(error);
  }
  setTimeout(refresh, PAUSE);
}

element("clear").addEventListener("click", async () => {
  await ask("/api/v1/messages", { method: "DELETE" }).catch(complain);
});

refresh();
