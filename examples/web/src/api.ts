// The client of the API. Credentials go with each request, not with the client.
import { Client, fetchExchange } from "urql";

const url = document.querySelector<HTMLMetaElement>('meta[name="api-url"]')?.content ?? "";

export const client = new Client({
  url,
  // No cache, so that the next person sees nothing of the one before. No GET, because its URL would end up in logs.
  exchanges: [fetchExchange],
  preferGetMethod: false,
});

/** The context of a request that carries credentials. */
export function as(authorization: string) {
  return { fetchOptions: { headers: { authorization } } };
}
