// What a client can do.
import type { Pending, Purpose } from "./pending.js";
import type { CallOptions, Credentials } from "./request.js";
import type { Accepted, CodeOf, Operation, Result } from "./result.js";
import type * as schema from "./schema.js";

export type User = NonNullable<schema.MeQuery["me"]>;
export type UserSessions = NonNullable<schema.SessionsQuery["me"]>["sessions"];
export type UserSession = UserSessions["nodes"][number];
export type RegistrationPolicy = schema.RegistrationPolicyQuery["registrationPolicy"];

export type Answer<Name extends Operation, Data = Accepted<schema.Operations[Name]["payload"]>> = Promise<
  Result<Data, CodeOf<Name>>
>;

/** The client keeps the token of what it began, so it can be left out. */
export type Named<Input> = Omit<Input, "verificationToken"> & { verificationToken?: string };

/** Email and password, on a device that has no token. */
export type BasicOptions = CallOptions & { basic?: Credentials };

export interface AccountClient {
  registrationPolicy(options?: CallOptions): Answer<"registrationPolicy">;

  /** Keeps the token of the registration. */
  register(input: schema.RegisterInput, options?: CallOptions): Answer<"register">;
  /** Signs in. */
  activate(input: Named<schema.ActivateInput>, options?: BasicOptions): Answer<"activate">;
  resendActivationCode(input?: Named<schema.ResendActivationCodeInput>, options?: BasicOptions): Answer<"resendActivationCode">;

  /** Keeps the token of the session. */
  signIn(input: schema.SignInInput, options?: CallOptions): Answer<"signIn">;
  /** Forgets the session first. If the server cannot be reached, the session stays valid until it expires. */
  signOut(options?: CallOptions): Answer<"signOut">;
  /** Null without a session. */
  me(options?: BasicOptions): Promise<Result<User | null>>;

  /** Keeps the token of the reset. Call it again for another code. */
  requestPasswordReset(input: schema.RequestPasswordResetInput, options?: CallOptions): Answer<"requestPasswordReset">;
  /** Ends every session of the user, and opens none. */
  resetPassword(input: Named<schema.ResetPasswordInput>, options?: CallOptions): Answer<"resetPassword">;
  /** Ends the other sessions, and keeps the token of the new one. */
  changePassword(input: schema.ChangePasswordInput, options?: CallOptions): Answer<"changePassword">;

  /** Keeps the token of the change. Call it again for another code. */
  requestEmailChange(input: schema.RequestEmailChangeInput, options?: CallOptions): Answer<"requestEmailChange">;
  confirmEmailChange(input: Named<schema.ConfirmEmailChangeInput>, options?: CallOptions): Answer<"confirmEmailChange">;

  /** The sessions of the user, newest use first. `after` is the `endCursor` of the page before. */
  sessions(page?: schema.SessionsQueryVariables, options?: CallOptions): Promise<Result<UserSessions>>;
  revokeSession(input: schema.RevokeSessionInput, options?: CallOptions): Answer<"revokeSession">;
  revokeOtherSessions(options?: CallOptions): Answer<"revokeOtherSessions">;
  /** Forgets the session. */
  deleteAccount(input: schema.DeleteAccountInput, options?: CallOptions): Answer<"deleteAccount">;

  /** What waits for its emailed code, also after a reload. Null when there is nothing, or when it has expired. */
  pending(purpose: Purpose): Pending | null;
  /** Forgets what waits for its code. */
  forget(purpose: Purpose): void;
  /** The token for requests of your own: `Authorization: Bearer …`. Null when signed out. */
  sessionToken(): string | null;
}
