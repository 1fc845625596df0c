// Which credential an operation is sent with.

// HTTP Basic in UTF-8 (RFC 7617). btoa alone throws on characters beyond Latin-1.
export function basic({ email, password }) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

// The root fields of an operation; none while it cannot be parsed.
function fieldsOf(query, operationName) {
  try {
    const { definitions } = GraphiQL.GraphQL.parse(query);
    const operations = definitions.filter(({ kind }) => kind === "OperationDefinition");
    const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
    return fieldsIn(operation, definitions, new Set());
  } catch {
    return [];
  }
}

// Fields in fragments count too. Fragments may spread each other in a circle.
function fieldsIn({ selectionSet }, definitions, spread) {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === "Field") return [selection.name.value];
    if (selection.kind === "InlineFragment") return fieldsIn(selection, definitions, spread);
    const name = selection.name.value;
    const matches = (other) => other.kind === "FragmentDefinition" && other.name.value === name;
    const fragment = spread.has(name) ? undefined : definitions.find(matches);
    spread.add(name);
    return fragment ? fieldsIn(fragment, definitions, spread) : [];
  });
}

// The fields that take a session only.
const SESSION_ONLY = [
  "changePassword",
  "confirmEmailChange",
  "deleteAccount",
  "requestEmailChange",
  "revokeOtherSessions",
  "revokeSession",
  "signOut",
];

function automatic(fields, variables, session) {
  const asksFor = (...names) => names.some((name) => fields.includes(name));
  if (asksFor("activate", "resendActivationCode")) return variables?.input?.verificationToken ? "token" : "basic";
  if (asksFor("resetPassword")) return "token";
  if (asksFor(...SESSION_ONLY)) return "session";
  if (asksFor("me")) return session ? "session" : "basic";
  return "none";
}

const isTyped = (headers) => Object.keys(headers).some((name) => name.toLowerCase() === "authorization");

// What is sent: its kind, the header, whose it is, and whether the answer proves that the session is alive. A field that
// takes another credential rejects a session in any case. A header typed under Headers wins.
export function credentialFor({ query, operationName, variables, headers }, { choice, account, session }) {
  if (isTyped(headers)) return { kind: "typed" };
  const fields = fieldsOf(query, operationName);
  const kind = choice === "automatic" ? automatic(fields, variables, session) : choice;
  if (kind === "basic") return { kind, header: basic(account), email: account.email };
  if (kind === "session" && !session) return { kind: "missing" };
  const provesSession = ["me", ...SESSION_ONLY].some((name) => fields.includes(name));
  if (kind === "session") return { kind, header: `Bearer ${session.token}`, email: session.email, provesSession };
  return { kind };
}

export function describe({ kind, email }) {
  return {
    typed: "sends the Authorization header from Headers",
    token: "uses the verificationToken in its variables",
    basic: email ? `authenticates as ${email} (HTTP Basic)` : "needs an email for HTTP Basic",
    session: `authenticates as ${email} (session)`,
    missing: "needs a session: run Activate or SignIn",
    none: "sends no credentials",
  }[kind];
}
