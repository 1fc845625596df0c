// The account that the tabs are about: two fields and a session. Nothing of it outlives the page.

const email = document.getElementById("email");
const password = document.getElementById("password");
const choice = document.getElementById("choice");

// Easy to read out, and drawn from seventeen million.
function freshAddress() {
  const letters = "bcdfghjkmnpqrstvwxyz23456789";
  const drawn = crypto.getRandomValues(new Uint32Array(5));
  return `ada-${Array.from(drawn, (number) => letters[number % letters.length]).join("")}@example.com`;
}

email.value = freshAddress();
password.value = "correct horse battery staple";

let session = null;

export const state = () => ({
  account: { email: email.value.trim(), password: password.value },
  choice: choice.value,
  session,
});

// Calls back when one of the fields has changed, and when another credential was chosen.
export function watch(onAccount, onChoice) {
  document.getElementById("account").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("fresh").addEventListener("click", () => {
    email.value = freshAddress();
    onAccount();
  });
  email.addEventListener("input", onAccount);
  password.addEventListener("input", onAccount);
  choice.addEventListener("change", onChoice);
}

// Takes over what an operation has proved: a session, its end, and the email and password that were accepted.
export function learn(sent, variables, { data, errors }) {
  const isOurs = session !== null && sent.header === `Bearer ${session.token}`;
  const isRefused = errors?.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED");
  if (isOurs && sent.isProved && isRefused) session = null;
  const payloads = Object.values(data ?? {}).filter(Boolean);
  if (errors?.length || payloads.some(({ userErrors }) => userErrors?.length)) return;
  const { input } = variables ?? {};
  if (typeof input?.email === "string" && typeof input.password === "string") {
    email.value = input.email;
    password.value = input.password;
  }
  if (data?.signOut && isOurs) session = null;
  for (const payload of payloads) {
    const { token, user = payload.user } = payload.session ?? {};
    if (token) session = { token, email: user?.email ?? state().account.email };
  }
}
