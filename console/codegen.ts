import type { CodegenConfig } from "@graphql-codegen/cli";

// Types of the API's answers, made from the schema and from the documents beside the pages.
const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: ["src/**/*.graphql"],
  generates: {
    "src/server/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { Decimal: "string", DateTime: "string", LocalDate: "string" },
      },
    },
  },
};

export default config;
