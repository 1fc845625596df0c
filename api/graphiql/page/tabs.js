// The tabs at start: from a new address to a session and its end.

const register = `# Start here. The code arrives by email
mutation Register($input: RegisterInput!) {
  register(input: $input) {
    codeLength
    codeExpiresInSeconds
    verificationToken
    userErrors { code message suggestions }
  }
}
`;

export const activate = `# Uses the token from Register, and the code
mutation Activate($input: ActivateInput!) {
  activate(input: $input) {
    user { id email status }
    session { token expiresAt }
    userErrors { code message }
  }
}
`;

const resend = `# Emails a new code. Uses the token from Register
mutation Resend($input: ResendActivationCodeInput) {
  resendActivationCode(input: $input) {
    codeLength
    codeExpiresInSeconds
    userErrors { code message }
  }
}
`;

const signIn = `# When the account is active
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    session { token expiresAt }
    userErrors { code message }
  }
}
`;

const me = `# With the session, if there is one,
# otherwise with HTTP Basic
query Me {
  me { id email status activatedAt }
}
`;

const signOut = `# Ends the session
mutation SignOut {
  signOut {
    userErrors { code message }
  }
}
`;

const json = (variables) => JSON.stringify(variables, null, 2);

export const tabs = ({ email, password, verificationToken }) => [
  { query: register, variables: json({ input: { email, password } }) },
  { query: activate, variables: withCode("", verificationToken) },
  { query: resend, variables: json({ input: { verificationToken } }) },
  { query: signIn, variables: json({ input: { email, password } }) },
  { query: me },
  { query: signOut },
];

export const withCode = (activationCode, verificationToken) => json({ input: { activationCode, verificationToken } });

// The same variables without a code that no longer fits.
export function withoutCode(variables) {
  try {
    const parsed = JSON.parse(variables);
    if (!parsed.input.activationCode) return variables;
    return json({ ...parsed, input: { ...parsed.input, activationCode: "" } });
  } catch {
    return variables;
  }
}

// The same variables for this account: its email and password, or its token. A code belongs to one token, so a new token
// empties it. Variables without these, and what is not JSON yet, stay as they are.
export function withAccount(variables, { email, password, verificationToken }) {
  try {
    const parsed = JSON.parse(variables);
    const { input } = parsed;
    const changes = {};
    if (typeof input.email === "string" && typeof input.password === "string") Object.assign(changes, { email, password });
    if (input.verificationToken !== undefined) Object.assign(changes, { verificationToken });
    if (Object.entries(changes).every(([name, value]) => input[name] === value)) return variables;
    if (changes.verificationToken !== undefined && "activationCode" in input) changes.activationCode = "";
    return json({ ...parsed, input: { ...input, ...changes } });
  } catch {
    return variables;
  }
}
