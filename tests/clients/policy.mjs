import { POLICY } from './documents.mjs';
import { Failure } from './failure.mjs';

// By GET and without credentials a browser asks at once, with no preflight before it.
export async function registrationPolicy(url) {
  try {
    const answer = await fetch(`${url}?${new URLSearchParams({ query: POLICY })}`);
    const { data } = await answer.json();
    return data.registrationPolicy;
  } catch (error) {
    throw Failure.unreachable(error);
  }
}
