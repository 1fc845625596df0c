// node breaking.mjs OLD NEW: what in the schema NEW breaks clients that were written for the schema OLD. Additions,
// descriptions and the order are free.
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [before, after] = process.argv.slice(2, 4).map((file) => buildSchema(readFileSync(file, 'utf8')));
const changes = await diff(before, after);
const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
for (const { message } of breaking) console.log(message);
process.exit(breaking.length === 0 ? 0 : 1);
