// The sentence for one of the `userErrors` of a mutation.
export function sentenceForUserError({ code, message, attemptsRemaining, suggestions = [] }) {
  switch (code) {
    case 'INVALID_CODE':
      return attemptsRemaining > 0 ? `${message} You have ${tries(attemptsRemaining)} left.` : message;
    case 'PASSWORD_TOO_WEAK':
      return [message, ...suggestions].join(' ');
    default:
      // Also for the codes that later versions add.
      return message;
  }
}

// The sentence for a request that failed as a whole.
export function sentenceForFailure({ code, message, retryAfterSeconds, requestId }) {
  switch (code) {
    case 'UNAUTHENTICATED':
      return 'Your session has ended. Sign in again.';
    case 'OVERLOADED':
      return `We're very busy right now. Try again in ${retryAfterSeconds ?? 5} seconds.`;
    case 'RATE_LIMITED':
      return `Too many attempts. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`;
    case 'INTERNAL_SERVER_ERROR':
      return `Something went wrong on our side. If it keeps happening, give us this number: ${requestId}`;
    case 'UNREACHABLE':
      return "We can't reach the server. Check your connection, then try again.";
    default:
      return message;
  }
}

function tries(count) {
  return count === 1 ? 'one try' : `${count} tries`;
}
