// The page: two fields, from which every tab gets its credential, around GraphiQL.

import * as account from "./account.js";
import { credentialFor, describe } from "./credentials.js";
import * as editor from "./editor.js";
import { follow } from "./mailbox.js";
import { activate, tabs, withAccount, withCode } from "./tabs.js";

const element = (id) => document.getElementById(id);
const { mailbox } = document.documentElement.dataset;

let openTab = null; // What is in the editors now.
let lookForCode = () => {};
let newestCode = null;

async function send({ query, variables, operationName }, { headers } = {}) {
  const typed = headers ?? {};
  const sent = credentialFor({ query, operationName, headers: typed }, account.state());
  const all = new Headers({ accept: "application/json", "content-type": "application/json" });
  if (sent.header) all.set("authorization", sent.header);
  // What is typed takes the place of ours, in whatever case.
  for (const [name, value] of Object.entries(typed)) all.set(name, value);
  const answer = await fetch("/graphql", {
    method: "POST",
    credentials: "omit",
    headers: all,
    body: JSON.stringify({ query, variables, operationName }),
  });
  const result = await answer.json();
  const before = account.state();
  account.learn(sent, variables, result);
  if (JSON.stringify(before) !== JSON.stringify(account.state())) accountChanged();
  return result;
}

function headersOf(tab) {
  try {
    return JSON.parse(tab.headers) ?? {};
  } catch {
    return {};
  }
}

// Says what running the open tab would send.
function sayCredential() {
  const { query, operationName } = openTab;
  const credential = credentialFor({ query, operationName, headers: headersOf(openTab) }, account.state());
  const name = operationName ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? "This tab";
  element("sends").dataset.kind = credential.kind;
  element("sends").textContent = `${name} ${describe(credential)}`;
}

function accountChanged() {
  editor.changeVariables((variables) => withAccount(variables, account.state().account));
  sayCredential();
  lookForCode();
}

// The newest code there is, also while the mailbox does not answer.
function showCode(found, answers) {
  const isNew = found && found.at !== newestCode?.at;
  newestCode = found;
  element("code").textContent = found?.code ?? (answers ? "No code yet: run Register" : "No code");
  element("use").disabled = !found;
  element("use").title = found ? "Put it into the variables of Activate" : "";
  if (isNew) element("said").textContent = `New code ${found.code}, to be put into Activate with a click`;
  const silence = answers ? "" : "The mailbox does not answer";
  // Said once, however often it is tried.
  if (element("silence").textContent !== silence) element("silence").textContent = silence;
  sayAge();
}

function sayAge() {
  const seconds = newestCode ? Math.max(0, Math.round((Date.now() - newestCode.at) / 1000)) : null;
  const text = seconds === null ? "" : seconds < 90 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
  element("age").textContent = text;
}

function followMailbox() {
  element("mailbox").hidden = false;
  element("where").href = mailbox;
  element("where").textContent = `All mails: ${new URL(mailbox).host}`;
  element("use").addEventListener("click", () => editor.open("activate", activate, withCode(newestCode.code)));
  setInterval(sayAge, 1000);
  lookForCode = follow(mailbox, () => account.state().account.email, showCode);
}

function start() {
  account.watch(accountChanged, sayCredential);
  editor.draw(element("graphiql"), {
    fetcher: send,
    tabs: tabs(account.state().account),
    onChange(tab) {
      openTab = tab;
      sayCredential();
    },
  });
  if (mailbox) followMailbox();
}

if (window.GraphiQL) start();
else element("loading").textContent = "GraphiQL could not be loaded. It is not part of this build and comes from unpkg.com.";
