import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { throwError } from 'rxjs';
import { isMutation } from './documents.mjs';
import { Failure } from './failure.mjs';

// Apollo Client 4 reads the errors of every status. The response, with its Retry-After, is in the context.
const failures = new ErrorLink(({ error, operation }) => {
  const { response } = operation.getContext();
  const answered = CombinedGraphQLErrors.is(error);
  return throwError(() => (answered ? Failure.answered(error.errors, response?.headers) : Failure.unreachable(error)));
});

export default function connect(url) {
  const link = ApolloLink.from([failures, new HttpLink({ uri: url })]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return async (document, variables, authorization) => {
    // Nothing is cached for the next user.
    const headers = { ...(authorization && { authorization }) };
    const options = { variables, fetchPolicy: 'no-cache', context: { headers } };
    const { data } = isMutation(document)
      ? await client.mutate({ mutation: gql(document), ...options })
      : await client.query({ query: gql(document), ...options });
    return data;
  };
}
