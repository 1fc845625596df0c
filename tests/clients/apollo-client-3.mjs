import { ApolloClient, HttpLink, InMemoryCache, Observable, from, gql } from 'apollo-client-3/core/index.js';
import { onError } from 'apollo-client-3/link/error/index.js';
import { isMutation } from './documents.mjs';
import { Failure } from './failure.mjs';

// For Apollo Client 3 every status but 2xx is an error of the network, with the answer in its `result`.
const failures = onError(({ graphQLErrors, networkError, operation }) => {
  const { response } = operation.getContext();
  const errors = graphQLErrors ?? networkError.result?.errors;
  const failure = errors ? Failure.answered(errors, response?.headers) : Failure.unreachable(networkError);
  return new Observable((observer) => observer.error(failure));
});

export default function connect(url) {
  const link = from([failures, new HttpLink({ uri: url })]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return async (document, variables, authorization) => {
    // An answer is of the credentials that it was asked with: nothing is kept for the next user.
    const options = { variables, fetchPolicy: 'no-cache', context: { headers: { ...(authorization && { authorization }) } } };
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
