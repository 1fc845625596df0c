// What each method sends, and what its answer does to the tokens.
import type { AccountClient, Answer } from "./account-client.js";
import { basicAuth } from "./basic-auth.js";
import { createPendings, type Purpose } from "./pending.js";
import { createSend, unauthenticated } from "./request.js";
import { failed, type Operation, type Result, type UserError } from "./result.js";
import type { UserErrorCode } from "./schema.js";
import { createSession } from "./session.js";
import { defaultStorage, type TokenStorage } from "./storage.js";

export type AccountClientOptions = {
  /** The address of the API, such as `https://api.example.com/graphql`. */
  url: string;
  /** Where tokens are kept: by default `browserStorage()` in a browser and `memoryStorage()` elsewhere. */
  storage?: TokenStorage;
  fetch?: typeof globalThis.fetch;
  /** The time in milliseconds since 1970. */
  now?: () => number;
};

export function createAccountClient({ url, storage = defaultStorage(), ...options }: AccountClientOptions): AccountClient {
  // The global ones are looked up at each call, because tools replace them.
  const { fetch = (...call) => globalThis.fetch(...call), now = () => Date.now() } = options;
  const send = createSend(url, fetch);
  const session = createSession(storage);
  const pendings = createPendings(storage, now);

  /** Sends the session, and forgets it when it has ended. `succeeded` gets its token. */
  async function asUser<Name extends Operation>(name: Name, variables: object, options = {}, succeeded = (_token: string) => {}): Answer<Name> {
    const token = session.token();
    if (token === null) return failed(unauthenticated());
    const result = await send(name, { variables, authorization: `Bearer ${token}` }, options);
    if (result.ok) succeeded(token);
    else if (result.failure.kind === "unauthenticated") endSession(token);
    return result;
  }

  /** A change of the email goes with its session: the next user of this browser must not see the address. */
  function endSession(token: string) {
    if (session.end(token)) pendings.forget("emailChange");
  }

  /** Sends the token of what waits for a code, and forgets it when nothing waits any more. */
  async function withToken<Data, Code extends UserErrorCode>(
    purpose: Purpose,
    given: string | null | undefined,
    call: (verificationToken: string) => Promise<Result<Data, Code>>,
  ): Promise<Result<Data, Code>> {
    const verificationToken = given ?? pendings.get(purpose)?.verificationToken;
    if (verificationToken === undefined) return nothingPending();
    const result = await call(verificationToken);
    if (isOver(result)) pendings.forget(purpose, verificationToken);
    return result;
  }

  /** The same for its last step, which succeeds once. */
  async function withCode<Data, Code extends UserErrorCode>(...[purpose, given, call]: Parameters<typeof withToken<Data, Code>>) {
    return withToken(purpose, given, async (verificationToken) => {
      const result = await call(verificationToken);
      if (result.ok) pendings.forget(purpose, verificationToken);
      return result;
    });
  }

  function signedIn(token: string, email?: string) {
    pendings.forget("emailChange");
    session.begin(token);
    if (email !== undefined && pendings.get("registration")?.email === email) pendings.forget("registration");
  }

  return {
    registrationPolicy: (options = {}) => send("registrationPolicy", { variables: {} }, options),

    async register(input, options = {}) {
      const result = await send("register", { variables: { input } }, options);
      if (result.ok) pendings.begin("registration", input.email, result.data);
      return result;
    },

    async activate(input, { basic, ...options } = {}) {
      const activationCode = withoutSpaces(input.activationCode);
      const activate = (proof: object, authorization?: string) =>
        send("activate", { variables: { input: { activationCode, ...proof } }, authorization }, options);
      const result = basic
        ? await activate({}, basicAuth(basic))
        : await withCode("registration", input.verificationToken, (verificationToken) => activate({ verificationToken }));
      if (result.ok) signedIn(result.data.session.token, basic?.email);
      return result;
    },

    async resendActivationCode(input = {}, { basic, ...options } = {}) {
      const resend = (proof: object, authorization?: string) =>
        send("resendActivationCode", { variables: { input: proof }, authorization }, options);
      if (basic) return resend({}, basicAuth(basic));
      return withToken("registration", input.verificationToken, async (verificationToken) => {
        const result = await resend({ verificationToken });
        if (result.ok) pendings.codeSent("registration", verificationToken, result.data);
        return result;
      });
    },

    async signIn(input, options = {}) {
      const result = await send("signIn", { variables: { input } }, options);
      if (result.ok) signedIn(result.data.session.token, input.email);
      return result;
    },

    async signOut(options = {}) {
      const token = session.token();
      if (token === null) return { ok: true, data: {} };
      endSession(token);
      return send("signOut", { variables: {}, authorization: `Bearer ${token}`, keepalive: true }, options);
    },

    async me({ basic, ...options } = {}) {
      if (basic) return send("me", { variables: {}, authorization: basicAuth(basic) }, options);
      return session.token() === null ? { ok: true, data: null } : asUser("me", {}, options);
    },

    async requestPasswordReset(input, options = {}) {
      const result = await send("requestPasswordReset", { variables: { input } }, options);
      if (result.ok) pendings.begin("passwordReset", input.email, result.data);
      return result;
    },

    resetPassword: ({ code, newPassword, verificationToken }, options = {}) =>
      withCode("passwordReset", verificationToken, (verificationToken) =>
        send("resetPassword", { variables: { input: { verificationToken, code: withoutSpaces(code), newPassword } } }, options),
      ),

    async changePassword(input, options = {}) {
      let before = "";
      const result = await asUser("changePassword", { input }, options, (token) => (before = token));
      if (result.ok) session.replace(before, result.data.session.token);
      return result;
    },

    async requestEmailChange(input, options = {}) {
      let sentWith = "";
      const result = await asUser("requestEmailChange", { input }, options, (token) => (sentWith = token));
      if (result.ok && session.token() === sentWith) pendings.begin("emailChange", input.newEmail, result.data);
      return result;
    },

    confirmEmailChange: ({ code, verificationToken }, options = {}) =>
      withCode("emailChange", verificationToken, (verificationToken) =>
        asUser("confirmEmailChange", { input: { verificationToken, code: withoutSpaces(code) } }, options),
      ),

    async sessions(page = {}, options = {}) {
      const result = await asUser("sessions", page, options);
      if (!result.ok) return result;
      return result.data ? { ok: true, data: result.data.sessions } : failed(unauthenticated());
    },

    revokeSession: (input, options = {}) => asUser("revokeSession", { input }, options),
    revokeOtherSessions: (options = {}) => asUser("revokeOtherSessions", {}, options),

    deleteAccount: (input, options = {}) => asUser("deleteAccount", { input }, options, endSession),

    pending: pendings.get,
    forget: (purpose) => pendings.forget(purpose),
    sessionToken: session.token,
  };
}

/** A pasted code can contain spaces. What is not a text is left to the server. */
function withoutSpaces(code: string): string {
  return typeof code === "string" ? code.replace(/\s/g, "") : code;
}

function isOver(result: Result<unknown, UserErrorCode>): boolean {
  if (result.ok || result.failure.kind !== "refused") return false;
  return result.failure.userErrors.some(({ code }) => code === "VERIFICATION_NOT_FOUND" || code === "ALREADY_ACTIVATED");
}

/** What the server says to a token that names nothing. */
function nothingPending<Code extends UserErrorCode>(): Result<never, Code> {
  const error = {
    code: "VERIFICATION_NOT_FOUND",
    message: "No code is pending here, or it has expired. Start again.",
    field: null,
    retryAfterSeconds: null,
    attemptsRemaining: null,
    suggestions: [],
  };
  return { ok: false, failure: { kind: "refused", userErrors: [error as unknown as UserError<Code>] } };
}
