// The client of the API. Who asks is said with each request, not once for all: a password for the code, a token later.
import { Client, fetchExchange } from "urql";

const url = document.querySelector<HTMLMetaElement>('meta[name="api-url"]')?.content ?? "";

export const client = new Client({
  url,
  // No cache, so that nothing of one person is left for the next; and no GET, whose URL would end up in logs.
  exchanges: [fetchExchange],
  preferGetMethod: false,
});

/** The context of a request that carries credentials. */
export function as(authorization: string) {
  return { fetchOptions: { headers: { authorization } } };
}
