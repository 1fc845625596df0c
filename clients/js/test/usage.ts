// What a program may rely on. pack.test.mjs checks the types, and nothing runs this.
import { type AccountClient, createAccountClient, type Failure, memoryStorage, type UserError } from "account-client";

const client: AccountClient = createAccountClient({ url: "https://api.example.com/graphql", storage: memoryStorage() });

function sentence(error: UserError): string {
  switch (error.code) {
    case "INVALID_CODE":
      return `${error.message} ${error.attemptsRemaining ?? ""}`;
    case "UNKNOWN":
      return `${error.serverCode}: ${error.message}`;
    default:
      return error.message;
  }
}

function whole(failure: Failure): string {
  switch (failure.kind) {
    case "refused":
      return failure.userErrors.map(sentence).join();
    case "overloaded":
    case "rateLimited":
      return `${failure.retryAfterSeconds}`;
    case "unauthenticated":
    case "network":
    case "aborted":
      return failure.message;
    case "badRequest":
    case "serverError":
      return `${failure.code}`;
  }
}

export async function use(): Promise<string> {
  const registered = await client.register({ email: "a", password: "b" }, { signal: AbortSignal.timeout(1) });
  if (!registered.ok) {
    const { failure } = registered;
    if (failure.kind !== "refused") return whole(failure);
    // The first one is always there, and its codes are those of this mutation.
    const { code } = failure.userErrors[0];
    if (code === "PASSWORD_TOO_WEAK" || code === "UNKNOWN") return sentence(failure.userErrors[0]);
    // @ts-expect-error `register` never answers with this code.
    return code === "INVALID_CODE" ? whole(failure) : code;
  }
  const length: number = registered.data.codeLength;
  // @ts-expect-error The code is a text: 0042 is one.
  await client.activate({ activationCode: 42 });
  const me = await client.me();
  return me.ok ? (me.data?.email ?? `${length}`) : whole(me.failure);
}
