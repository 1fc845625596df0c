import { existsSync } from "node:fs";
import type { CodegenConfig } from "@graphql-codegen/cli";

const inRepository = "../../api/schema.graphql";
const schema = process.env.SCHEMA || inRepository;
if (schema === inRepository && !existsSync(schema)) {
  console.error(`There is no ${schema} here. Set SCHEMA to your copy or to a server, for example:

  SCHEMA=http://localhost:8000/schema.graphql npm run dev
`);
  process.exit(1);
}

export default {
  schema,
  documents: "src/*.graphql",
  generates: {
    "src/graphql.generated.ts": {
      plugins: ["typescript", "typescript-operations", "typed-document-node"],
      config: {
        // Not `futureProofEnums`: with its extra value, `satisfies never` in src/problem.ts could not check that every code
        // has a sentence. The default there handles the codes of later versions.
        enumsAsTypes: true,
        onlyOperationTypes: true,
        skipTypename: true,
        useTypeImports: true,
        scalars: { DateTime: "string" },
        strictScalars: true,
        avoidOptionals: { field: true },
      },
    },
  },
} satisfies CodegenConfig;
