import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: process.env.SCHEMA ?? "../../api/schema.graphql",
  documents: "src/*.graphql",
  generates: {
    "src/graphql.generated.ts": {
      plugins: ["typescript", "typescript-operations", "typed-document-node"],
      config: {
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
