import { ApolloClient, HttpLink, InMemoryCache, Observable, from, gql } from 'apollo-client-3/core/index.js';
import { onError } from 'apollo-client-3/link/error/index.js';
import { isMutation } from './documents.mjs';
import { Failure } from './failure.mjs';

// Apollo Client 3 treats every status but 2xx as a network error. A link also gets the errors in the body.
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
    // Nothing is cached for the next user.
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
