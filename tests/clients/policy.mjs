import { POLICY } from './documents.mjs';

// By GET and without credentials a browser asks at once, with no preflight before it.
export async function registrationPolicy(url) {
  const answer = await fetch(`${url}?${new URLSearchParams({ query: POLICY })}`);
  const { data } = await answer.json();
  return data.registrationPolicy;
}
