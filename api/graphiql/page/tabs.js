// The tabs that the page opens with: from an unknown address to a session and its end.

const register = `# Begin here: the code is mailed
mutation Register($input: RegisterInput!) {
  register(input: $input) {
    codeLength
    codeExpiresInSeconds
    userErrors { code message suggestions }
  }
}
`;

export const activate = `# HTTP Basic, and the mailed code
mutation Activate($input: ActivateInput!) {
  activate(input: $input) {
    user { id email status }
    session { token expiresAt }
    userErrors { code message }
  }
}
`;

const resend = `# HTTP Basic: another code is mailed
mutation Resend {
  resendActivationCode {
    codeLength
    codeExpiresInSeconds
    userErrors { code message }
  }
}
`;

const signIn = `# Once the account is active
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    session { token expiresAt }
    userErrors { code message }
  }
}
`;

const me = `# The session, if there is one,
# else HTTP Basic
query Me {
  me { id email status activatedAt }
}
`;

const signOut = `# The session ends
mutation SignOut {
  signOut {
    userErrors { code message }
  }
}
`;

const json = (variables) => JSON.stringify(variables, null, 2);

export const tabs = ({ email, password }) => [
  { query: register, variables: json({ input: { email, password } }) },
  { query: activate, variables: withCode("") },
  { query: resend },
  { query: signIn, variables: json({ input: { email, password } }) },
  { query: me },
  { query: signOut },
];

export const withCode = (activationCode) => json({ input: { activationCode } });

// The same variables about this account. What holds no account, or is no JSON yet, stays as it is.
export function withAccount(variables, { email, password }) {
  try {
    const parsed = JSON.parse(variables);
    const { input } = parsed;
    if (typeof input.email !== "string" || typeof input.password !== "string") return variables;
    if (input.email === email && input.password === password) return variables;
    return json({ ...parsed, input: { ...input, email, password } });
  } catch {
    return variables;
  }
}
