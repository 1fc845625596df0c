// A plugin of graphql-codegen. For each operation it writes the document that is sent, the codes that the server can
// refuse it with, and the types of its variables and of its answer.
const { Kind, concatAST, print, stripIgnoredCharacters } = require("graphql");

exports.plugin = (schema, sources) => {
  const { definitions } = concatAST(sources.map(({ document }) => document));
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);

  const described = operations.map((operation) => {
    const name = operation.name.value;
    const kind = operation.operation === "mutation" ? "Mutation" : "Query";
    const field = operation.selectionSet.selections[0].name.value;
    const document = stripIgnoredCharacters([operation, ...fragmentsOf(operation, fragments)].map(print).join("\n"));
    const codes = kind === "Mutation" ? codesOf(schema.getMutationType().getFields()[field]) : [];
    return { key: name[0].toLowerCase() + name.slice(1), name, kind, field, document, codes };
  });

  const values = described.map(
    ({ key, name, field, document, codes }) =>
      `  ${key}: ${JSON.stringify({ name, field, document, codes }, null, 2).replaceAll("\n", "\n  ")},`,
  );
  const types = described.map(
    ({ key, name, kind, field }) =>
      `  ${key}: { variables: ${name}${kind}Variables; payload: ${name}${kind}[${JSON.stringify(field)}] };`,
  );
  return ["export const operations = {", ...values, "} as const;", "", "export type Operations = {", ...types, "};", ""].join("\n");
};

/** The fragments that a definition spreads, and those that they spread. */
function fragmentsOf(definition, fragments) {
  const spread = fragments.filter((fragment) => print(definition).includes(`...${fragment.name.value}`));
  return [...new Set(spread.flatMap((fragment) => [fragment, ...fragmentsOf(fragment, fragments)]))];
}

/** The description of a mutation lists its codes: "Codes: `INVALID_EMAIL`, `RATE_LIMITED`. Later versions …" */
function codesOf({ name, description }) {
  const list = /Codes: ([^.]*)\./.exec(description ?? "")?.[1];
  if (list === undefined) throw new Error(`the description of ${name} lists no codes`);
  return [...list.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
}
