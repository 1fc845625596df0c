import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: process.env.SCHEMA ?? "../../api/schema.graphql",
  documents: "src/*.graphql",
  generates: {
    "src/graphql.generated.ts": {
      plugins: ["typescript", "typescript-operations", "typed-document-node"],
      config: {
        // Without `futureProofEnums`, which would add a value that stands for those of later versions: here the switch over a
        // code has a default for them, and `satisfies never` in it (src/problem.ts) is the check that none is forgotten.
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
