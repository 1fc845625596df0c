// The page around GraphiQL: two fields, from which every tab gets its credentials.

import * as account from "./account.js";
import { credentialFor, describe } from "./credentials.js";
import * as editor from "./editor.js";
import { follow } from "./mailbox.js";
import { activate, tabs, withAccount, withCode } from "./tabs.js";

const element = (id) => document.getElementById(id);
const { mailbox } = document.documentElement.dataset;

let openTab = null; // The content of the editors.
let lookForCode = () => {};
let newestCode = null;

async function send({ query, variables, operationName }, { headers } = {}) {
  const typed = headers ?? {};
  const sent = credentialFor({ query, operationName, variables, headers: typed }, account.state());
  const all = new Headers({ accept: "application/json", "content-type": "application/json" });
  if (sent.header) all.set("authorization", sent.header);
  // A typed header replaces ours, in upper or lower case.
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

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

// Says which credentials the open tab would send.
function sayCredential() {
  const { query, operationName } = openTab;
  const [variables, headers] = [parsed(openTab.variables), parsed(openTab.headers)];
  const credential = credentialFor({ query, operationName, variables, headers }, account.state());
  const name = operationName ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? "This tab";
  element("sends").dataset.kind = credential.kind;
  element("sends").textContent = `${name} ${describe(credential)}`;
}

function accountChanged() {
  editor.changeVariables((variables) => withAccount(variables, account.state().account));
  sayCredential();
  lookForCode();
}

// Shows the newest code, also while the mailbox is unreachable.
function showCode(latest, isReachable) {
  const isNew = latest && latest.at !== newestCode?.at;
  newestCode = latest;
  element("code").textContent = latest?.code ?? (isReachable ? "No code yet: run Register" : "No code");
  element("use").disabled = !latest;
  element("use").title = latest ? "Insert the code into Activate's variables" : "";
  if (isNew) element("said").textContent = `New code ${latest.code}. Click it to use it in Activate.`;
  const outage = isReachable ? "" : "Mailbox unreachable";
  // A screen reader announces it once, not at each attempt.
  if (element("outage").textContent !== outage) element("outage").textContent = outage;
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
  element("where").textContent = `All emails: ${new URL(mailbox).host}`;
  element("use").addEventListener("click", () => {
    editor.open("activate", activate, withCode(newestCode.code, account.state().account.verificationToken));
  });
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
else element("loading").textContent = "GraphiQL could not be loaded from unpkg.com. This build does not include it.";
