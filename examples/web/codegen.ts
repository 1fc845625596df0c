import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: process.env.SCHEMA ?? "../../api/schema.graphql",
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
