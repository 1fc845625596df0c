import { Failure } from './failure.mjs';

export default function connect(url, headers = {}) {
  return async (query, variables, authorization) => {
    let response;
    let answer;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ query, variables }),
      });
      answer = await response.json();
    } catch (error) {
      throw Failure.unreachable(error);
    }
    if (answer?.errors) throw Failure.answered(answer.errors, response.headers);
    if (!answer?.data) throw Failure.unreachable();
    return answer.data;
  };
}
