// Why a request has no answer: one shape for what every GraphQL client calls differently.
export class Failure extends Error {
  constructor({ code, message, retryAfterSeconds, requestId }) {
    super(message);
    Object.assign(this, { name: 'Failure', code, retryAfterSeconds, requestId });
  }

  // What the server said: the top-level errors of its answer, and the headers that the answer came with.
  static answered([{ message, extensions = {} }], headers) {
    const { code, requestId = headers?.get('x-request-id'), retryAfterSeconds } = extensions;
    const retryAfter = Number(headers?.get('retry-after')) || undefined;
    return new Failure({ code, message, requestId, retryAfterSeconds: retryAfterSeconds ?? retryAfter });
  }

  // No answer came, or none that is GraphQL: no network, a proxy's page, a server that is gone.
  static unreachable(error) {
    return new Failure({ code: 'UNREACHABLE', message: error?.message ?? 'no answer' });
  }
}
