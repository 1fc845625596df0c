// Which credential an operation is sent with.

// HTTP Basic over UTF-8 (RFC 7617). btoa alone takes no character beyond Latin-1.
export function basic({ email, password }) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

// The fields that an operation begins with; none while it cannot be read.
function fieldsOf(query, operationName) {
  try {
    const operations = GraphiQL.GraphQL.parse(query).definitions.filter(({ kind }) => kind === "OperationDefinition");
    const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
    return operation.selectionSet.selections.map(({ name }) => name?.value);
  } catch {
    return [];
  }
}

function automatic(fields, session) {
  const asksFor = (...names) => names.some((name) => fields.includes(name));
  if (asksFor("activate", "resendActivationCode")) return "basic";
  if (asksFor("signOut")) return "session";
  if (asksFor("me")) return session ? "session" : "basic";
  return "none";
}

const isTyped = (headers) => Object.keys(headers).some((name) => name.toLowerCase() === "authorization");

// What is sent: its kind, the header, and whose it is. What is typed under Headers wins.
export function credentialFor({ query, operationName, headers }, { choice, account, session }) {
  if (isTyped(headers)) return { kind: "typed" };
  const kind = choice === "automatic" ? automatic(fieldsOf(query, operationName), session) : choice;
  if (kind === "basic") return { kind, header: basic(account), email: account.email };
  if (kind === "session" && !session) return { kind: "missing" };
  if (kind === "session") return { kind, header: `Bearer ${session.token}`, email: session.email };
  return { kind };
}

export function describe({ kind, email }) {
  return {
    typed: "sends the Authorization header from Headers",
    basic: `sends HTTP Basic of ${email || "nobody: there is no email"}`,
    session: `sends the session of ${email}`,
    missing: "has no session to send: run Activate or SignIn",
    none: "sends no credential",
  }[kind];
}
