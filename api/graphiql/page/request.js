// Sends an operation over HTTP. What fails is a sentence in the answer: GraphiQL would show the stack of an error.

const failed = (message) => ({ errors: [{ message }] });

// A typed header replaces ours, in upper or lower case.
function headersFor(typed, authorization) {
  const all = new Headers({ accept: "application/json", "content-type": "application/json" });
  if (authorization) all.set("authorization", authorization);
  for (const [name, value] of Object.entries(typed)) {
    try {
      all.set(name, value);
    } catch {
      throw new Error(`The browser cannot send the header ${JSON.stringify(name)}. Change it under Headers.`);
    }
  }
  return all;
}

async function answerTo(headers, body) {
  const answer = await fetch("/graphql", { method: "POST", credentials: "omit", headers, body }).catch(() => {
    throw new Error("The server does not answer. Check that it is running, then try again.");
  });
  const result = await answer.json().catch(() => null);
  if (result?.data !== undefined || result?.errors) return result;
  throw new Error(`The answer has status ${answer.status} and is not GraphQL. A proxy may have sent it.`);
}

export async function request({ query, variables, operationName }, typed, authorization) {
  try {
    return await answerTo(headersFor(typed, authorization), JSON.stringify({ query, variables, operationName }));
  } catch ({ message }) {
    return failed(message);
  }
}
