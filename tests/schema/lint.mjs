// node lint.mjs FILE: holds the schema in FILE against the rules that graphql-eslint recommends for schemas.
//
// It uses the plugin's bundle, which lints a text and reads no other files: so `overrides` in package.json can put one
// small package in place of those that look for schemas in TypeScript, in configurations and on servers. They would be
// half of what is installed, and some of them want a newer Node.js.
import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import plugin from './node_modules/@graphql-eslint/eslint-plugin/browser.js';

const schemaSdl = readFileSync(process.argv[2], 'utf8');
const recommended = plugin.configs['flat/schema-recommended'].rules;

const config = {
  files: ['**/*.graphql'],
  plugins: { '@graphql-eslint': plugin },
  languageOptions: { parser: plugin.parser, parserOptions: { schemaSdl } },
  rules: {
    ...recommended,
    '@graphql-eslint/strict-id-in-types': [
      'error',
      {
        exceptions: {
          // What a mutation answers is of that moment: nothing to find again in a cache.
          // A page is of that moment too, and its nodes have ids.
          suffixes: ['Payload', 'Connection', 'Edge'],
          types: [
            // A part of its connection.
            'PageInfo',
            // A part of its payload.
            'UserError',
            // There is one for all, and it is found by the name of its field.
            'RegistrationPolicy',
          ],
        },
      },
    ],
  },
};

const messages = new Linter().verify(schemaSdl, [config], { filename: 'schema.graphql' });
for (const { line, column, ruleId, message } of messages) {
  console.log(`schema.graphql:${line}:${column} ${ruleId ?? ''} ${message}`);
}
console.log(`${messages.length} problems by ${Object.keys(recommended).length} rules`);
process.exit(messages.length === 0 && Object.keys(recommended).length >= 20 ? 0 : 1);
