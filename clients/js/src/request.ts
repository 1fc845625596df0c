// One operation over HTTP.
import { type Accepted, type CodeOf, failed, type Operation, type RequestFailure, type Result, type ServerUserError, userError } from "./result.js";
import { operations, type Operations, type UserErrorCode } from "./schema.js";

export type CallOptions = {
  /** Ends the call, for example `AbortSignal.timeout(10_000)`. */
  signal?: AbortSignal;
};

export type Credentials = { email: string; password: string };

export type Request = {
  variables: object;
  authorization?: string | undefined;
  /** Whether the request goes on when the page is closed. */
  keepalive?: boolean;
};

export type Send = <Name extends Operation>(
  name: Name,
  request: Request,
  options: CallOptions,
) => Promise<Result<Accepted<Operations[Name]["payload"]>, CodeOf<Name>>>;

type Payload = { userErrors?: ServerUserError[] } | null;
type Answer = { data?: Record<string, unknown> | null; errors?: { extensions?: Record<string, unknown> }[] };

export function createSend(url: string, fetch: typeof globalThis.fetch): Send {
  return async (name, { variables, authorization, keepalive = false }, { signal }) => {
    const { name: operationName, document: query, field, codes } = operations[name];
    let response: Response | undefined;
    let answer: Answer | null;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", ...(authorization && { authorization }) },
        body: JSON.stringify({ query, variables, operationName }),
        cache: "no-store",
        keepalive,
        // A password is sent to this address only.
        redirect: "error",
        ...(signal && { signal }),
      });
      answer = (await response.json()) as Answer | null;
    } catch {
      // Not the error itself: its text can contain what was sent.
      if (signal?.aborted) return failed(aborted());
      return failed(response ? notTheServer(response) : unreachable());
    }
    // The whole answer can be there already. Nobody waits for it any more.
    if (signal?.aborted) return failed(aborted());
    if (answer?.errors) return failed(failure(answer.errors[0]?.extensions, response));
    const payload = answer?.data?.[field] as Payload | undefined;
    if (payload === undefined) return failed(notTheServer(response));
    return result(payload, codes) as never;
  };
}

function result(payload: Payload, codes: readonly UserErrorCode[]) {
  const userErrors = payload?.userErrors?.map((error) => userError(error, codes)) ?? [];
  return userErrors.length > 0 ? { ok: false, failure: { kind: "refused", userErrors } } : { ok: true, data: payload };
}

/** The failure that the top-level error of an answer means. */
function failure(extensions: Record<string, unknown> = {}, response: Response): RequestFailure {
  const code = typeof extensions.code === "string" ? extensions.code : null;
  const retryAfterSeconds = secondsOf(extensions.retryAfterSeconds) ?? secondsOf(response.headers.get("retry-after"));
  switch (code) {
    case "UNAUTHENTICATED":
      return unauthenticated();
    case "RATE_LIMITED":
      return { kind: "rateLimited", message: "Too many attempts. Wait, then try again.", retryAfterSeconds };
    case "OVERLOADED":
      return { kind: "overloaded", message: "The server is very busy. Try again in a moment.", retryAfterSeconds };
    case "BAD_REQUEST":
    case "BAD_USER_INPUT":
    case "GRAPHQL_PARSE_FAILED":
    case "GRAPHQL_VALIDATION_FAILED":
    case "OPERATION_RESOLUTION_FAILURE":
      return { kind: "badRequest", message: `The server does not accept this request: ${code}.`, code };
    default:
      return { ...notTheServer(response), code, ...(typeof extensions.requestId === "string" && { requestId: extensions.requestId }) };
  }
}

export function unauthenticated(): RequestFailure {
  return { kind: "unauthenticated", message: "The session has ended. Sign in again." };
}

function aborted(): RequestFailure {
  return { kind: "aborted", message: "The request was cancelled." };
}

function unreachable(): RequestFailure {
  return { kind: "network", message: "The server cannot be reached. Check the connection, then try again." };
}

function notTheServer(response: Response) {
  const requestId = response.headers.get("x-request-id");
  return { kind: "serverError" as const, message: "Something went wrong on the server. Try again.", code: null, requestId };
}

function secondsOf(value: unknown): number | null {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
