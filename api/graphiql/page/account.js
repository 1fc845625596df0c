// The account that the tabs use: two fields, the token of its registration, and a session. All of it ends with the page.

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

let verificationToken = null;
let session = null;

export const state = () => ({
  account: { email: email.value.trim(), password: password.value, verificationToken },
  choice: choice.value,
  session,
});

// Calls back when one of the fields changes, and when another credential is chosen.
export function watch(onAccount, onChoice) {
  const changeEmail = () => {
    verificationToken = null;
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

// Keeps what an operation proved: the registration's token, a session or its end, and the accepted variables.
export function learn(sent, variables, { data, errors }) {
  const isOurs = session !== null && sent.header === `Bearer ${session.token}`;
  const isRejected = errors?.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED");
  if (isOurs && sent.provesSession && isRejected) session = null;
  const payloads = Object.values(data ?? {}).filter(Boolean);
  if (errors?.length || payloads.some(({ userErrors }) => userErrors?.length)) return;
  const { input } = variables ?? {};
  if (typeof input?.email === "string" && typeof input.password === "string") {
    email.value = input.email;
    password.value = input.password;
  }
  if (typeof input?.verificationToken === "string") verificationToken = input.verificationToken;
  // A new registration ends the one before, so its token replaces the old one even if the document does not ask for it.
  if (data?.register) verificationToken = data.register.verificationToken ?? null;
  if (data?.signOut && isOurs) session = null;
  for (const payload of payloads) {
    const { token, user = payload.user } = payload.session ?? {};
    if (token) session = { token, email: user?.email ?? state().account.email };
  }
}
