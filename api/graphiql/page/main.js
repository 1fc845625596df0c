// The page around GraphiQL: two fields, from which every tab gets its credentials.

import * as account from "./account.js";
import { learnCode, newestCode, showCode, watchAge } from "./code.js";
import { credentialFor, describe } from "./credentials.js";
import * as editor from "./editor.js";
import { follow } from "./mailbox.js";
import { request } from "./request.js";
import { steps, tabs, withAccount, withoutCode } from "./tabs.js";

const element = (id) => document.getElementById(id);
const { mailbox } = document.documentElement.dataset;

let openTab = null; // The content of the editors.
let lookForCode = () => {};
let emailBefore = account.state().account.email;

async function send({ query, variables, operationName }, { headers } = {}) {
  const typed = headers ?? {};
  const sent = credentialFor({ query, operationName, variables, headers: typed }, account.state());
  const result = await request({ query, variables, operationName }, typed, sent.header);
  const before = account.state();
  account.learn(sent, variables, result);
  if (JSON.stringify(before) !== JSON.stringify(account.state())) accountChanged();
  learnCode(result);
  if (result.data?.resendActivationCode?.userErrors?.length === 0) {
    editor.changeVariables((variables) => withoutCode(variables, ["activationCode"]));
  }
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
  const { account: now } = account.state();
  // A code belongs to an email.
  if (now.email !== emailBefore) editor.changeVariables((variables) => withoutCode(variables));
  emailBefore = now.email;
  editor.changeVariables((variables) => withAccount(variables, now));
  sayCredential();
  lookForCode();
}

function followMailbox() {
  element("mailbox").hidden = false;
  element("where").href = mailbox;
  element("where").textContent = `All emails: ${new URL(mailbox).host}`;
  element("use").addEventListener("click", () => {
    const { field, query, variables } = steps[account.expected().purpose];
    const fill = (before) => variables(newestCode(), account.state().account, parsed(before).input?.newPassword);
    editor.open(field, query, fill);
    editor.focusRun();
  });
  watchAge(request);
  const show = (latest, isReachable) => showCode(latest, isReachable, steps[account.expected().purpose].name);
  lookForCode = follow(mailbox, () => account.expected().address, show);
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
