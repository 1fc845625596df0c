export type {
  AccountClient,
  BasicOptions,
  RegistrationPolicy,
  User,
  UserSession,
  UserSessions,
} from "./account-client.js";
export { type AccountClientOptions, createAccountClient } from "./client.js";
export type { Pending, Purpose } from "./pending.js";
export type { CallOptions, Credentials } from "./request.js";
export type { Failure, RequestFailure, Result, UnknownUserError, UserError } from "./result.js";
export type { UserErrorCode } from "./schema.js";
export { browserStorage, memoryStorage, storageKeys, type TokenStorage } from "./storage.js";
