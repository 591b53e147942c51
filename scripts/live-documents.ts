import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff, validate } from '@graphql-inspector/core';
import { type DocumentNode, type GraphQLSchema, getOperationAST, parse, Source } from 'graphql';
import { readManifest } from '../src/domain/document/manifest.ts';
import { touches, usageOf } from './document-usage.ts';

/** A document that somebody runs by its id. */
export interface LiveDocument {
  /** `<manifest> <operation>`: where to look when it breaks. */
  name: string;
  body: string;
}

/** The documents of a manifest. */
export function documentsOf(manifest: string, json: string): LiveDocument[] {
  return readManifest(json).map(({ documentId, body }) => {
    const operation = getOperationAST(parse(body))?.name?.value ?? documentId;
    return { name: `${manifest} ${operation}`, body };
  });
}

/** All manifests of a folder. */
export function documentsIn(folder: string): LiveDocument[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((name) => documentsOf(name, readFileSync(join(folder, name), 'utf8')));
}

/**
 * What a change of the schema would break.
 * @param before the schema as it is published
 * @param after the schema as it would be
 * @param documents those that must go on working
 * @returns a line for each document that would no longer be valid, and for each breaking change of something that a document uses
 */
export async function brokenBy(
  before: GraphQLSchema,
  after: GraphQLSchema,
  documents: readonly LiveDocument[],
): Promise<string[]> {
  const invalid = documents.flatMap(({ name, body }) =>
    validate(after, [new Source(body, name)], { strictDeprecated: false }).flatMap(({ errors }) =>
      errors.map(({ message }) => `${name} is no longer valid: ${message}`),
    ),
  );
  const parsed = documents.map(({ name, body }) => ({ name, used: usageOfBoth(before, after, parse(body)) }));
  const changes = await diff(before, after);
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  // the library's considerUsage would take `Wallet.id` to be safe for `Wallet.identification`, too: it compares beginnings
  const used = breaking.flatMap((change) => {
    const names = parsed.filter((document) => touches(change, document.used)).map(({ name }) => name);
    return names.length === 0 ? [] : [`${change.message}, which is used by ${names.join(', ')}.`];
  });
  return [...invalid, ...used];
}

/** What is renamed has one name before and another one after. */
const usageOfBoth = (before: GraphQLSchema, after: GraphQLSchema, document: DocumentNode): ReadonlySet<string> =>
  new Set([...usageOf(before, document), ...usageOf(after, document)]);
