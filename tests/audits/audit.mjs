// node audit.mjs URL: asks the server at URL all that `graphql-http` audits. Every audit has to pass, those of what a
// server MAY or SHOULD do too. Where a newer draft of GraphQL over HTTP differs from them, the audits win: they are
// what other servers, and the clients of today, are measured by.
import { serverAudits } from 'graphql-http';

const COUNT = 61;

const audits = serverAudits({ url: process.argv[2], fetchFn: fetch });
let passed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    passed += 1;
  } else {
    console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
  }
}
console.log(`${passed} of ${audits.length} audits passed`);
process.exit(passed === audits.length && audits.length === COUNT ? 0 : 1);
