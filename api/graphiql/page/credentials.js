// Which credential an operation is sent with.

// HTTP Basic over UTF-8 (RFC 7617). btoa alone takes no character beyond Latin-1.
export function basic({ email, password }) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

// The fields that an operation begins with; none while it cannot be read.
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

// Also those in fragments, which may spread each other in a circle.
function fieldsIn({ selectionSet }, definitions, spread) {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === "Field") return [selection.name.value];
    if (selection.kind === "InlineFragment") return fieldsIn(selection, definitions, spread);
    const name = selection.name.value;
    const isIt = (other) => other.kind === "FragmentDefinition" && other.name.value === name;
    const fragment = spread.has(name) ? undefined : definitions.find(isIt);
    spread.add(name);
    return fragment ? fieldsIn(fragment, definitions, spread) : [];
  });
}

function automatic(fields, session) {
  const asksFor = (...names) => names.some((name) => fields.includes(name));
  if (asksFor("activate", "resendActivationCode")) return "basic";
  if (asksFor("signOut")) return "session";
  if (asksFor("me")) return session ? "session" : "basic";
  return "none";
}

const isTyped = (headers) => Object.keys(headers).some((name) => name.toLowerCase() === "authorization");

// What is sent: its kind, the header, whose it is, and whether the answer tells that a session lives: where another
// credential is wanted, it is refused all the same. What is typed under Headers wins.
export function credentialFor({ query, operationName, headers }, { choice, account, session }) {
  if (isTyped(headers)) return { kind: "typed" };
  const fields = fieldsOf(query, operationName);
  const kind = choice === "automatic" ? automatic(fields, session) : choice;
  if (kind === "basic") return { kind, header: basic(account), email: account.email };
  if (kind === "session" && !session) return { kind: "missing" };
  const isProved = fields.includes("me");
  if (kind === "session") return { kind, header: `Bearer ${session.token}`, email: session.email, isProved };
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
