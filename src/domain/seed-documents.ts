import { readFileSync } from 'node:fs';
import { Scope } from '../db/generated/enums.ts';
import type { Deps } from '../deps.ts';
import { type ManifestDocument, readManifest } from './document/manifest.ts';
import { publishDocuments } from './document/publish-documents.ts';

const SHIPPED = new URL('../../schema/persisted-documents.json', import.meta.url);
/** What the manifest of our own documents is called. */
export const SHIPPED_NAME = 'koshel';

/**
 * Publishes the documents that we ship for a partner, but for those that only the administrator may run. When they are all there, nothing is done.
 * @param partnerId its keys must have all scopes
 */
export async function seedDocuments(deps: Deps, partnerId: string): Promise<void> {
  const shipped = readManifest(readFileSync(SHIPPED, 'utf8'));
  const where = { partnerId, manifest: SHIPPED_NAME, revokedAt: null };
  const rows = await deps.db.prisma.persistedDocument.findMany({ where, select: { documentId: true } });
  const live = new Set(rows.map(({ documentId }) => documentId));
  const missing = await forPartners(
    deps,
    shipped.filter(({ documentId }) => !live.has(documentId)),
  );
  if (missing.length === 0) return;
  const manifest = JSON.stringify(Object.fromEntries(missing.map(({ documentId, body }) => [documentId, body])));
  await publishDocuments(deps, { partnerId, name: SHIPPED_NAME, manifest });
}

async function forPartners({ documents: checker }: Deps, documents: ManifestDocument[]): Promise<ManifestDocument[]> {
  const everything = new Set(Object.values(Scope));
  const possible: ManifestDocument[] = [];
  for (const document of documents) {
    const verdict = await checker.check(document.body);
    if (!('problems' in verdict) && verdict.lacking(everything).length === 0) possible.push(document);
  }
  return possible;
}
