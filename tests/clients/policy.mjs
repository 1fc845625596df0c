import { POLICY } from './documents.mjs';
import { Failure } from './failure.mjs';

// A GET without credentials needs no CORS preflight.
export async function registrationPolicy(url) {
  try {
    const answer = await fetch(`${url}?${new URLSearchParams({ query: POLICY })}`);
    const { data } = await answer.json();
    return data.registrationPolicy;
  } catch (error) {
    throw Failure.unreachable(error);
  }
}
