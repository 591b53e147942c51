import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tx } from '../../db/client.ts';
import type { PersistedDocument, Prisma } from '../../db/generated/client.ts';
import type { Scope } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, type InputIssue, InvalidInputError, NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { CheckedDocument } from './check.ts';
import { type ManifestDocument, readManifest } from './manifest.ts';
import { changeDocuments } from './store.ts';
import { tellPublished } from './texts.ts';

export interface PublishDocumentsInput {
  partnerId: string;
  /** What the manifest is called: revoking it goes by this name. */
  name: string;
  /** Its text. */
  manifest: string;
}

/** What a publication came to. */
export interface Publication {
  /** All of the manifest that was sent, in its order. */
  documents: PersistedDocument[];
  /** How many were not there, or revoked, before. */
  added: number;
  unchanged: number;
}

type Publishable = ManifestDocument & CheckedDocument;

/**
 * Lets a partner run the documents of a manifest by their ids. All or nothing: one document that cannot be run, and none is
 * published. Documents published under the name before stay; publishing the same again changes nothing.
 * @throws NotFoundError without that partner; InvalidInputError with an issue for each document that is not JSON, has a wrong id, is
 * not valid, asks for too much or for what none of the partner's keys may do; ConflictError for an id that is taken by another text
 */
export async function publishDocuments(
  deps: Pick<Deps, 'db' | 'clock' | 'documents'>,
  { partnerId, name, manifest }: PublishDocumentsInput,
): Promise<Publication> {
  const { db, clock } = deps;
  const title = manifestName(name);
  const partner = await db.prisma.partner.findUnique({
    where: { id: partnerId },
    select: { apiKeys: { where: { revokedAt: null }, select: { scopes: true } } },
  });
  if (!partner) throw new NotFoundError('The partner');
  const keys = partner.apiKeys.map(({ scopes }) => new Set(scopes));
  const documents = await publishable(deps, readManifest(manifest), keys);
  const publication = await transaction(db, async (tx) => {
    await changeDocuments(tx, partnerId);
    const where = { partnerId, documentId: { in: documents.map(({ documentId }) => documentId) } };
    const known = await tx.persistedDocument.findMany({ where });
    refuseTaken(documents, known);
    const live = known.filter((row) => row.manifest === title && row.revokedAt === null);
    await keep(tx, { partnerId, manifest: title, publishedAt: clock.now() }, documents, known);
    const rows = await tx.persistedDocument.findMany({ where: { ...where, manifest: title } });
    const byId = new Map(rows.map((row) => [row.documentId, row]));
    return {
      documents: documents.flatMap(({ documentId }) => byId.get(documentId) ?? []),
      added: rows.length - live.length,
      unchanged: live.length,
    };
  });
  tellPublished(db, partnerId);
  return publication;
}

function manifestName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 100)
    throw InvalidInputError.at('input.name', 'must have 1 to 100 characters.');
  return trimmed;
}

async function publishable(
  { documents: checker }: Pick<Deps, 'documents'>,
  documents: ManifestDocument[],
  keys: ReadonlySet<Scope>[],
): Promise<Publishable[]> {
  const issues: InputIssue[] = [];
  const good: Publishable[] = [];
  for (const document of documents) {
    // a large manifest keeps nobody else waiting
    await nextTurn();
    const verdict = await checker.check(document.body);
    const problems = 'problems' in verdict ? verdict.problems : lackingOf(verdict, keys);
    const path = ['input', 'manifest', document.documentId];
    issues.push(...problems.map((message) => ({ path, message })));
    if (!('problems' in verdict)) good.push({ ...document, ...verdict });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  return good;
}

/** What stands between the document and the key that comes closest to it. */
function lackingOf({ lacking }: CheckedDocument, keys: ReadonlySet<Scope>[]): string[] {
  if (keys.length === 0) return ['the partner has no key that could run it.'];
  const [least = []] = keys.map(lacking).sort((a, b) => a.length - b.length);
  if (least.length === 0) return [];
  return [`it needs ${least.join(' and ')}, which no key of the partner has${least.length > 1 ? ' together' : ''}.`];
}

function refuseTaken(documents: Publishable[], known: PersistedDocument[]): void {
  const bodies = new Map(documents.map(({ documentId, body }) => [documentId, body]));
  const taken = known.filter(({ documentId, body }) => bodies.get(documentId) !== body);
  if (taken.length === 0) return;
  const names = [...new Set(taken.map(({ documentId, manifest }) => `${documentId} (in “${manifest}”)`))];
  throw new ConflictError(
    `Another text was published under the same id before: ${names.join(', ')}. Clients in use still mean that text; choose a new id.`,
  );
}

/** Writes what is not there, and makes live again what was revoked. */
async function keep(
  tx: Tx,
  manifest: Pick<PersistedDocument, 'partnerId' | 'manifest' | 'publishedAt'>,
  documents: Publishable[],
  known: PersistedDocument[],
): Promise<void> {
  const here = known.filter((row) => row.manifest === manifest.manifest);
  const ids = new Set(here.map(({ documentId }) => documentId));
  const data: Prisma.PersistedDocumentCreateManyInput[] = documents
    .filter(({ documentId }) => !ids.has(documentId))
    .map(({ documentId, body, operationName, cost }) => ({
      id: newId('PersistedDocument'),
      ...manifest,
      documentId,
      body,
      operationName,
      cost,
    }));
  await tx.persistedDocument.createMany({ data });
  const revoked = here.filter(({ revokedAt }) => revokedAt !== null).map(({ id }) => id);
  if (revoked.length === 0) return;
  await tx.persistedDocument.updateMany({
    where: { id: { in: revoked } },
    data: { revokedAt: null, publishedAt: manifest.publishedAt },
  });
}
