// The tabs at start: the life of an account, from a new address to its end.

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

const activate = `# Uses the token from Register, and the code
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

const sessions = `# Where the user is signed in
query Sessions {
  me {
    sessions {
      nodes { id userAgent network lastUsedAt isCurrent }
    }
  }
}
`;

const revoke = `# Ends a session. Uses an id from Sessions
mutation Revoke($input: RevokeSessionInput!) {
  revokeSession(input: $input) {
    userErrors { code message }
  }
}
`;

const revokeOthers = `# Ends all sessions except this one
mutation RevokeOthers {
  revokeOtherSessions {
    revokedCount
    userErrors { code message }
  }
}
`;

const changePassword = `# Ends every session and returns a new one
mutation ChangePassword($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    session { token expiresAt }
    userErrors { code message suggestions }
  }
}
`;

const changeEmail = `# The code arrives at the new address
mutation ChangeEmail($input: RequestEmailChangeInput!) {
  requestEmailChange(input: $input) {
    codeLength
    codeExpiresInSeconds
    verificationToken
    userErrors { code message }
  }
}
`;

const confirmEmail = `# Uses the token from ChangeEmail, and the code
mutation ConfirmEmail($input: ConfirmEmailChangeInput!) {
  confirmEmailChange(input: $input) {
    user { id email }
    userErrors { code message }
  }
}
`;

const forgot = `# The code arrives by email
mutation Forgot($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) {
    codeLength
    codeExpiresInSeconds
    verificationToken
    userErrors { code message }
  }
}
`;

const reset = `# Uses the token from Forgot, and the code.
# Ends every session
mutation Reset($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    user { id email }
    userErrors { code message suggestions }
  }
}
`;

const deleteAccount = `# Deletes the account, at once
mutation Delete($input: DeleteAccountInput!) {
  deleteAccount(input: $input) {
    userErrors { code message }
  }
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

export const tabs = (account) => {
  const { email, password, newEmail, sessionId, tokens } = account;
  return [
    { query: register, variables: json({ input: { email, password } }) },
    { query: activate, variables: steps.registration.variables("", account) },
    { query: resend, variables: json({ input: { verificationToken: tokens.registration } }) },
    { query: signIn, variables: json({ input: { email, password } }) },
    { query: me },
    { query: signOut },
    { query: sessions },
    { query: revoke, variables: json({ input: { id: sessionId } }) },
    { query: revokeOthers },
    { query: changePassword, variables: json({ input: { currentPassword: password, newPassword: another(password) } }) },
    { query: changeEmail, variables: json({ input: { newEmail, currentPassword: password } }) },
    { query: confirmEmail, variables: steps.emailChange.variables("", account) },
    { query: forgot, variables: json({ input: { email } }) },
    { query: reset, variables: steps.passwordReset.variables("", account) },
    { query: deleteAccount, variables: json({ input: { currentPassword: password } }) },
  ];
};

const another = (password) => `${password}!`;

// What each emailed code is for: the field that takes it, the tab with its name, and the variables.
export const steps = {
  registration: {
    field: "activate",
    name: "Activate",
    query: activate,
    variables: (activationCode, { tokens }) => json({ input: { activationCode, verificationToken: tokens.registration } }),
  },
  passwordReset: {
    field: "resetPassword",
    name: "Reset",
    query: reset,
    variables: (code, { tokens, password }, newPassword = another(password)) =>
      json({ input: { code, newPassword, verificationToken: tokens.passwordReset } }),
  },
  emailChange: {
    field: "confirmEmailChange",
    name: "ConfirmEmail",
    query: confirmEmail,
    variables: (code, { tokens }) => json({ input: { code, verificationToken: tokens.emailChange } }),
  },
};

// The same variables without a code that no longer fits.
export function withoutCode(variables, names = ["activationCode", "code"]) {
  try {
    const parsed = JSON.parse(variables);
    const filled = names.filter((name) => parsed.input[name]);
    if (filled.length === 0) return variables;
    return json({ ...parsed, input: { ...parsed.input, ...Object.fromEntries(filled.map((name) => [name, ""])) } });
  } catch {
    return variables;
  }
}

function purposeOf(input) {
  if (!("code" in input)) return "registration";
  return "newPassword" in input ? "passwordReset" : "emailChange";
}

// The same variables for this account: its email, passwords, tokens or session. A code belongs to one token, so a new
// token empties it. A new email and a new password stay until they are in use. Variables without these, and what is not
// JSON yet, stay as they are.
export function withAccount(variables, { email, password, newEmail, sessionId, tokens }) {
  try {
    const parsed = JSON.parse(variables);
    const { input } = parsed;
    const changes = {};
    if (typeof input.email === "string") Object.assign(changes, { email });
    if (typeof input.password === "string") Object.assign(changes, { password });
    if (typeof input.currentPassword === "string") Object.assign(changes, { currentPassword: password });
    if (input.newPassword === password) Object.assign(changes, { newPassword: another(password) });
    if (input.newEmail === email) Object.assign(changes, { newEmail });
    if (typeof input.id === "string" && sessionId) Object.assign(changes, { id: sessionId });
    if (input.verificationToken !== undefined) Object.assign(changes, { verificationToken: tokens[purposeOf(input)] });
    if (Object.entries(changes).every(([name, value]) => input[name] === value)) return variables;
    if (changes.verificationToken !== undefined && changes.verificationToken !== input.verificationToken) {
      for (const name of ["activationCode", "code"]) if (name in input) changes[name] = "";
    }
    return json({ ...parsed, input: { ...input, ...changes } });
  } catch {
    return variables;
  }
}
