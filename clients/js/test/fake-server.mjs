// A server that answers each request with the next answer, and records the requests.
export function fakeServer(...answers) {
  const requests = [];
  const fetch = async (url, { body, headers, ...init }) => {
    requests.push({ url, ...JSON.parse(body), headers, init });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'function') return answer(init);
    if (answer instanceof Response) return answer;
    return Response.json(answer);
  };
  return { fetch, requests, reply: (...more) => answers.push(...more) };
}

export const accepted = (field, payload = {}) => ({ data: { [field]: { ...payload, userErrors: [] } } });

export const refused = (field, ...codes) => {
  const details = { message: 'What the server says.', field: null, retryAfterSeconds: null, attemptsRemaining: null, suggestions: [] };
  const userErrors = codes.map((code) => (typeof code === 'string' ? { ...details, code } : { ...details, ...code }));
  return { data: { [field]: { userErrors } } };
};

export const failed = (code, extensions = {}) => ({
  data: null,
  errors: [{ message: 'for programmers', extensions: { code, ...extensions } }],
});

export const codeSent = { verificationToken: 'reference', codeLength: 4, codeExpiresInSeconds: 60, resendAvailableInSeconds: 30 };

export const session = (token) => ({ session: { id: 's', token, expiresAt: '2027-01-01T00:00:00Z', idleTimeoutSeconds: 1 } });
