// What a person reads when a mutation is refused: one of its `userErrors`.
export function sentenceForUserError({ code, message, attemptsRemaining, suggestions = [] }) {
  switch (code) {
    case 'INVALID_CODE':
      return attemptsRemaining > 0 ? `${message} You can try ${times(attemptsRemaining)}.` : message;
    case 'PASSWORD_TOO_WEAK':
      return [message, ...suggestions].join(' ');
    default:
      // Fit to be shown, for the codes that later versions add too.
      return message;
  }
}

// What a person reads when a request failed as a whole.
export function sentenceForFailure({ code, message, retryAfterSeconds, requestId }) {
  switch (code) {
    case 'UNAUTHENTICATED':
      return 'You are not signed in any more. Please sign in again.';
    case 'OVERLOADED':
      return `Many people are here at once. Please try again in ${retryAfterSeconds ?? 5} seconds.`;
    case 'RATE_LIMITED':
      return `Too many attempts. Please try again in ${Math.ceil(retryAfterSeconds / 60)} min.`;
    case 'INTERNAL_SERVER_ERROR':
      return `This is our fault, not yours. Please quote ${requestId}.`;
    case 'UNREACHABLE':
      return 'The server cannot be reached. Please check your connection and try again.';
    default:
      return message;
  }
}

function times(count) {
  return count === 1 ? 'once more' : `${count} times more`;
}
