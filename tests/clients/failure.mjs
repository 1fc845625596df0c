// Why a request failed as a whole: one shape for what each GraphQL client reports in its own way.
export class Failure extends Error {
  constructor({ code, message, retryAfterSeconds, requestId }) {
    super(message);
    Object.assign(this, { name: 'Failure', code, retryAfterSeconds, requestId });
  }

  // The server answered with top-level errors.
  static answered([{ message, extensions = {} }], headers) {
    const { code, requestId = headers?.get('x-request-id'), retryAfterSeconds } = extensions;
    const retryAfter = Number(headers?.get('retry-after')) || undefined;
    return new Failure({ code, message, requestId, retryAfterSeconds: retryAfterSeconds ?? retryAfter });
  }

  // No answer, or one that is not GraphQL: no network, or the error page of a proxy.
  static unreachable(error) {
    return new Failure({ code: 'UNREACHABLE', message: error?.message ?? 'no answer' });
  }
}
