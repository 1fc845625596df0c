// The account that the tabs use: two fields, the tokens of what waits for a code, and a session. All of it ends with the
// page.

const email = document.getElementById("email");
const password = document.getElementById("password");
const choice = document.getElementById("choice");

// Easy to read aloud, and one of seventeen million.
function newAddress() {
  const letters = "bcdfghjkmnpqrstvwxyz23456789";
  const drawn = crypto.getRandomValues(new Uint32Array(5));
  return `ada-${Array.from(drawn, (number) => letters[number % letters.length]).join("")}@example.com`;
}

email.value = newAddress();
password.value = "correct horse battery staple";

// The mutations that have a code emailed, and what for.
const PURPOSES = { register: "registration", requestPasswordReset: "passwordReset", requestEmailChange: "emailChange" };
// The server requires the last two.
const NO_TOKENS = { registration: null, passwordReset: "", emailChange: "" };

let tokens = NO_TOKENS;
let session = null;
let sessionId = ""; // Of another session, to end it.
let newEmail = newAddress();
let waiting = null; // The purpose of the newest code, and its address.

export const state = () => ({
  account: { email: email.value.trim(), password: password.value, newEmail, sessionId, tokens },
  choice: choice.value,
  session,
});

// What the newest code is for, and where it was sent.
export const expected = () => waiting ?? { purpose: "registration", address: email.value.trim() };

// Calls back when one of the fields changes, and when another credential is chosen.
export function watch(onAccount, onChoice) {
  const changeEmail = () => {
    tokens = NO_TOKENS;
    waiting = null;
    onAccount();
  };
  document.getElementById("account").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("new").addEventListener("click", () => {
    email.value = newAddress();
    changeEmail();
  });
  email.addEventListener("input", changeEmail);
  password.addEventListener("input", onAccount);
  choice.addEventListener("change", onChoice);
}

// Keeps what an operation proved: tokens, a session or its end, and the accepted variables.
export function learn(sent, variables, { data, errors }) {
  const isOurs = session !== null && sent.header === `Bearer ${session.token}`;
  const isRejected = errors?.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED");
  if (isOurs && sent.provesSession && isRejected) session = null;
  const payloads = Object.values(data ?? {}).filter(Boolean);
  if (errors?.length || payloads.some(({ userErrors }) => userErrors?.length)) return;
  const input = variables?.input ?? {};
  if (typeof input.email === "string") email.value = input.email;
  const chosen = input.newPassword ?? input.password;
  if (typeof chosen === "string") password.value = chosen;
  if (typeof input.verificationToken === "string" && (data?.activate || data?.resendActivationCode)) {
    tokens = { ...tokens, registration: input.verificationToken };
  }
  for (const [field, purpose] of Object.entries(PURPOSES)) {
    if (!data?.[field]) continue;
    // It ends the one before, so its token replaces the old one even if the document does not ask for it.
    tokens = { ...tokens, [purpose]: data[field].verificationToken ?? NO_TOKENS[purpose] };
    waiting = { purpose, address: input.newEmail ?? email.value.trim() };
  }
  if (data?.resendActivationCode) waiting = null;
  if (data?.confirmEmailChange) takeNewEmail(data.confirmEmailChange.user?.email);
  const others = data?.me?.sessions?.nodes ?? [];
  sessionId = others.find(({ id, isCurrent }) => id && isCurrent === false)?.id ?? sessionId;
  if ((data?.signOut || data?.deleteAccount) && isOurs) session = null;
  if (data?.resetPassword) session = null; // It ends every session.
  for (const payload of payloads) {
    const { token, user = payload.user } = payload.session ?? {};
    if (token) session = { token, email: user?.email ?? state().account.email };
  }
}

function takeNewEmail(address) {
  if (waiting?.purpose !== "emailChange") return;
  email.value = address ?? waiting.address;
  if (session) session = { ...session, email: email.value };
  newEmail = newAddress();
  waiting = null;
}
