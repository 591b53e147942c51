import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';

const folder = 'schema/operations';
const scalars = {
  DateTime: 'string',
  OffsetDateTime: 'string',
  Date: 'string',
  Decimal: 'string',
  Currency: 'string',
  PhoneNumber: 'string',
  EmailAddress: 'string',
  URL: 'string',
  Cursor: 'string',
  Upload: 'File',
};

/** The documents that we ship, by file. */
function documents(): { location: string; document: DocumentNode }[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  return files.map((name) => ({ location: name, document: parse(readFileSync(join(folder, name), 'utf8')) }));
}

/**
 * Typed documents for tests, examples and clients in TypeScript.
 * @returns the text of schema/operations.ts
 */
export function typedOperations(schema: GraphQLSchema): Promise<string> {
  return codegen({
    filename: 'schema/operations.ts',
    schema: parse(printSchema(schema)),
    documents: documents(),
    config: {
      scalars,
      strictScalars: true,
      enumsAsTypes: true,
      useTypeImports: true,
      onlyOperationTypes: true,
      skipTypename: true,
    },
    pluginMap: { typescript, typescriptOperations, typedDocumentNode },
    plugins: [{ typescript: {} }, { typescriptOperations: {} }, { typedDocumentNode: {} }],
  });
}

/**
 * The manifest of our own documents: SHA-256 of each operation, with its fragments, to its text.
 * @returns the text of schema/persisted-documents.json
 */
export function persistedDocuments(): string {
  const definitions = documents().flatMap(({ document }) => document.definitions);
  const fragments = new Map(
    definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]),
  );
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const entries = operations.map((operation) => {
    const needed = fragmentsOf(operation, fragments);
    const text = [operation, ...needed].map((definition) => print(definition)).join('\n\n');
    return [`sha256:${createHash('sha256').update(text).digest('hex')}`, text] as const;
  });
  return `${JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

function fragmentsOf(
  node: DocumentNode['definitions'][number],
  all: Map<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const found = new Map<string, FragmentDefinitionNode>();
  const collect = (definition: DocumentNode['definitions'][number]) =>
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = all.get(name.value);
        if (!fragment || found.has(name.value)) return;
        found.set(name.value, fragment);
        collect(fragment);
      },
    });
  collect(node);
  return [...found.values()].sort((a, b) => (a.name.value < b.name.value ? -1 : 1));
}
