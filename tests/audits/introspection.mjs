// node introspection.mjs URL: sends the server at URL every introspection query that graphql-js makes, and with it the
// tools that are built on graphql-js. Each answer has to describe a whole schema.
import { buildClientSchema, getIntrospectionQuery } from 'graphql';

const OPTIONS = [
  'descriptions',
  'specifiedByUrl',
  'directiveIsRepeatable',
  'schemaDescription',
  'inputValueDeprecation',
  'oneOf',
];

for (let choice = 0; choice < 2 ** OPTIONS.length; choice += 1) {
  const options = Object.fromEntries(OPTIONS.map((name, bit) => [name, Boolean(choice & (1 << bit))]));
  const response = await fetch(process.argv[2], {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery({ ...options, typeDepth: 9 }) }),
  });
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(JSON.stringify({ options, errors }));
  }
  if (!buildClientSchema(data).getMutationType()?.getFields().register) {
    throw new Error(`${JSON.stringify(options)}: the schema has no mutation register`);
  }
}
