// The newest code: its age, and whether it can still be used.

const element = (id) => document.getElementById(id);

let newest = null;
let ended = null; // What the server said about a code: that it ended, and why.
let lifetime = Infinity; // In milliseconds.

export const newestCode = () => newest?.code;

// Shows the newest code, also while the mailbox is unreachable, and the tab that takes it.
export function showCode(latest, isReachable, tab) {
  const isNew = latest && latest.at !== newest?.at;
  newest = latest;
  element("code").textContent = latest?.code ?? (isReachable ? "No code yet: run Register" : "No code");
  element("use").disabled = !latest;
  element("use").title = latest ? `Insert the code into ${tab}'s variables` : "";
  if (isNew) element("said").textContent = `New code ${latest.code}. Click it to use it in ${tab}.`;
  const outage = isReachable ? "" : "Mailbox unreachable";
  // A screen reader announces it once, not at each attempt.
  if (element("outage").textContent !== outage) element("outage").textContent = outage;
  sayAge();
}

function sayAge() {
  const age = newest ? Math.max(0, Date.now() - newest.at) : null;
  const seconds = Math.round(age / 1000);
  const text = age === null ? "" : seconds < 90 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
  element("age").textContent = text;
  element("use").dataset.state = stateAt(age);
}

function stateAt(age) {
  if (newest === null) return "none";
  if (ended?.at === newest.at) return ended.state;
  return age < lifetime ? "usable" : "expired";
}

// Reads how long codes live, and counts.
export async function watchAge(send) {
  setInterval(sayAge, 1000);
  const { data } = await send({ query: "{ registrationPolicy { codeTtlSeconds } }" }, {});
  if (data) lifetime = data.registrationPolicy.codeTtlSeconds * 1000;
}

const ENDS = { ALREADY_ACTIVATED: "used", CODE_EXPIRED: "expired", TOO_MANY_ATTEMPTS: "spent" };

// Keeps what an answer says about the newest code, and how long the next one lives.
export function learnCode({ data }) {
  const sent = Object.values(data ?? {}).find((payload) => payload?.codeExpiresInSeconds);
  if (sent) lifetime = sent.codeExpiresInSeconds * 1000;
  const payload = data?.activate ?? data?.resetPassword ?? data?.confirmEmailChange;
  if (!payload || !newest) return;
  const [error] = payload.userErrors ?? [];
  const state = error ? ENDS[error.code] : "used";
  if (state) ended = { at: newest.at, state };
  sayAge();
}
