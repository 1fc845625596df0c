import { ApolloClient, HttpLink, InMemoryCache, Observable, from, gql } from 'apollo-client-3/core/index.js';
import { onError } from 'apollo-client-3/link/error/index.js';
import { isMutation } from './documents.mjs';
import { Failure } from './failure.mjs';

// For Apollo Client 3 every status but 2xx is an error of the network; a link is told the errors in its body too.
const failures = onError(({ graphQLErrors, networkError, operation }) => {
  const { response } = operation.getContext();
  const answered = graphQLErrors?.length > 0;
  const failure = answered ? Failure.answered(graphQLErrors, response?.headers) : Failure.unreachable(networkError);
  return new Observable((observer) => observer.error(failure));
});

export default function connect(url) {
  const link = from([failures, new HttpLink({ uri: url })]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return async (document, variables, authorization) => {
    // An answer is of the credentials that it was asked with: nothing is kept for the next user.
    const headers = { ...(authorization && { authorization }) };
    const options = { variables, fetchPolicy: 'no-cache', context: { headers } };
    try {
      const { data } = isMutation(document)
        ? await client.mutate({ mutation: gql(document), ...options })
        : await client.query({ query: gql(document), ...options });
      return data;
    } catch (error) {
      throw error.networkError;
    }
  };
}
