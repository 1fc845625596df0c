import { Client, fetchExchange } from '@urql/core';
import { isMutation } from './documents.mjs';
import { Failure } from './failure.mjs';

function failure({ graphQLErrors, networkError, response }) {
  if (graphQLErrors.length > 0) return Failure.answered(graphQLErrors, response?.headers);
  return Failure.unreachable(networkError);
}

export default function connect(url) {
  // Without a cache exchange: nothing is cached for the next user.
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  return async (document, variables, authorization) => {
    const context = { fetchOptions: { headers: { ...(authorization && { authorization }) } } };
    const { data, error } = isMutation(document)
      ? await client.mutation(document, variables, context)
      : await client.query(document, variables, context);
    if (error) throw failure(error);
    return data;
  };
}
