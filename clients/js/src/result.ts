// What a method answers: data, or one of a few kinds of failure. No method throws.
import type { Operations, operations, UserErrorCode } from "./schema.js";

export type Operation = keyof Operations;

/** The codes that the server can refuse an operation with. */
export type CodeOf<Name extends Operation> = (typeof operations)[Name]["codes"][number];

export type Result<Data, Code extends UserErrorCode = never> =
  | { ok: true; data: Data }
  | { ok: false; failure: Failure<Code> };

/** The mutation was refused, or the request failed as a whole. No text in it contains what was sent. */
export type Failure<Code extends UserErrorCode = UserErrorCode> =
  | { kind: "refused"; userErrors: [UserError<Code>, ...UserError<Code>[]] }
  | RequestFailure;

export type RequestFailure =
  /** There is no session, or it has ended. The client has removed its token. */
  | { kind: "unauthenticated"; message: string }
  /** Try again after this many seconds. */
  | { kind: "rateLimited"; message: string; retryAfterSeconds: number | null }
  /** The server is busy. Try again after this many seconds. */
  | { kind: "overloaded"; message: string; retryAfterSeconds: number | null }
  /** The server does not accept the request: a mistake of this program, or a server of another version. */
  | { kind: "badRequest"; message: string; code: string }
  /** The server failed, or what answered is not the server. `requestId` finds the failure in its log. */
  | { kind: "serverError"; message: string; code: string | null; requestId: string | null }
  /** There is no answer. The server may have done what was asked. */
  | { kind: "network"; message: string }
  /** The signal of the call ended it. The server may have done what was asked. */
  | { kind: "aborted"; message: string };

/** One reason why a mutation was refused, distinguished by `code`. */
export type UserError<Code extends UserErrorCode = UserErrorCode> = KnownUserError<Code> | UnknownUserError;

type KnownUserError<Code> = Code extends UserErrorCode ? { code: Code } & Details : never;

/** A code that this version of the package does not know for this mutation. Show `message`. */
export type UnknownUserError = { code: "UNKNOWN"; serverCode: string } & Details;

type Details = {
  /** An English sentence to show. */
  message: string;
  /** The input at fault, such as `email`. Null when no single one is. */
  field: string | null;
  retryAfterSeconds: number | null;
  /** How many tries this code has left. */
  attemptsRemaining: number | null;
  suggestions: string[];
};

/** What a successful mutation returns: the schema has null there only for refused ones. */
export type Accepted<Payload> = Payload extends { userErrors: unknown }
  ? { [Key in Exclude<keyof Payload, "userErrors">]: NonNullable<Payload[Key]> }
  : Payload;

export type ServerUserError = Omit<Details, "field"> & { code: string; field: string[] | null };

export function userError<Code extends UserErrorCode>(error: ServerUserError, known: readonly Code[]): UserError<Code> {
  const { code, message, retryAfterSeconds, attemptsRemaining, suggestions } = error;
  const details = { message, field: error.field?.at(-1) ?? null, retryAfterSeconds, attemptsRemaining, suggestions };
  const isKnown = (known as readonly string[]).includes(code);
  return (isKnown ? { code, ...details } : { code: "UNKNOWN", serverCode: code, ...details }) as UserError<Code>;
}

export function failed(failure: RequestFailure): { ok: false; failure: RequestFailure } {
  return { ok: false, failure };
}
