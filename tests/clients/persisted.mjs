// Automatic persisted queries: the client sends the hash of a document first. The server does not keep documents and says
// so, and the client sends the document.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import * as apollo3 from 'apollo-client-3/core/index.js';
import { createPersistedQueryLink } from 'apollo-client-3/link/persisted-queries/index.js';

const [url] = process.argv.slice(2);
const sha256 = (document) => createHash('sha256').update(document).digest('hex');
const document = 'query Root { __schema { queryType { name } } }';

const clients = {
  'apollo-client-3': async (fetch) => {
    const link = createPersistedQueryLink({ sha256 }).concat(new apollo3.HttpLink({ uri: url, fetch }));
    const client = new apollo3.ApolloClient({ link, cache: new apollo3.InMemoryCache() });
    return (await client.query({ query: apollo3.gql(document) })).data;
  },
  'apollo-client-4': async (fetch) => {
    const link = ApolloLink.from([new PersistedQueryLink({ sha256 }), new HttpLink({ uri: url, fetch })]);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    return (await client.query({ query: gql(document) })).data;
  },
  'urql with GET': (fetch) => urql(fetch, true),
  'urql with POST': (fetch) => urql(fetch, false),
};

async function urql(fetch, preferGetForPersistedQueries) {
  const exchanges = [persistedExchange({ preferGetForPersistedQueries, generateHash: async (query) => sha256(query) }), fetchExchange];
  const { data, error } = await new Client({ url, fetch, exchanges }).query(document, {});
  assert.ifError(error);
  return data;
}

for (const [name, query] of Object.entries(clients)) {
  const requests = [];
  const recording = (target, options) => {
    requests.push(String(options?.body ?? target));
    return fetch(target, options);
  };
  assert.equal((await query(recording)).__schema.queryType.name, 'Query', name);
  assert.equal(requests.length, 2, `${name}: ${requests}`);
  assert(requests[0].includes('persistedQuery') && !requests[0].includes('queryType'), `${name}: ${requests[0]}`);
  assert(requests[1].includes('queryType'), `${name}: ${requests[1]}`);
}
