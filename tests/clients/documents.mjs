export const POLICY = /* GraphQL */ `
  query Policy {
    registrationPolicy { passwordMinLength passwordMaxLength codeLength codeTtlSeconds resendCooldownSeconds }
  }
`;

export const REGISTER = /* GraphQL */ `
  mutation Register($input: RegisterInput!) {
    register(input: $input) {
      codeLength
      codeExpiresInSeconds
      resendAvailableInSeconds
      verificationToken
      userErrors { code message field retryAfterSeconds suggestions }
    }
  }
`;

export const ACTIVATE = /* GraphQL */ `
  mutation Activate($input: ActivateInput!) {
    activate(input: $input) {
      session { token expiresAt idleTimeoutSeconds user { id email status } }
      userErrors { code message field retryAfterSeconds attemptsRemaining }
    }
  }
`;

export const RESEND = /* GraphQL */ `
  mutation Resend($input: ResendActivationCodeInput) {
    resendActivationCode(input: $input) {
      codeLength
      codeExpiresInSeconds
      resendAvailableInSeconds
      userErrors { code message retryAfterSeconds }
    }
  }
`;

export const SIGN_IN = /* GraphQL */ `
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      session { token expiresAt idleTimeoutSeconds user { id email status } }
      userErrors { code message field retryAfterSeconds }
    }
  }
`;

export const ME = /* GraphQL */ `
  query Me {
    me { id email status createdAt activatedAt }
  }
`;

export const SIGN_OUT = /* GraphQL */ `
  mutation SignOut {
    signOut { userErrors { code message } }
  }
`;

export function isMutation(document) {
  return document.trimStart().startsWith('mutation');
}
