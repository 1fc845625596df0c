import { ClientError, GraphQLClient } from 'graphql-request';
import { Failure } from './failure.mjs';

function failure(error) {
  if (!(error instanceof ClientError)) return Failure.unreachable(error);
  const { errors, headers } = error.response;
  return errors ? Failure.answered(errors, headers) : Failure.unreachable(error);
}

export default function connect(url) {
  const client = new GraphQLClient(url);
  return async (document, variables, authorization) => {
    try {
      return await client.request(document, variables, { ...(authorization && { authorization }) });
    } catch (error) {
      throw failure(error);
    }
  };
}
