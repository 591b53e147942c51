import { pino } from 'pino';
import type { Config } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { publishDocuments } from '../../src/domain/document/publish-documents.ts';
import { sha256 } from '../../src/lib/crypto.ts';
import { createDeps } from '../../src/server/deps.ts';

const EVENTS =
  'subscription Events($filter: EventFilter) { events(filter: $filter) { id cursor type occurredAt recordedAt } }';

/** What is watched: the one partner's events, by a published document. */
export interface Watched {
  partnerId: string;
  documentId: string;
}

/** Publishes the document of the subscriptions for the partner that is there. */
export async function seedSubscriptions(config: Config): Promise<Watched> {
  const db = await openDatabase(config.databaseUrl ?? '', 2);
  const { deps } = await createDeps(config, { db, log: pino({ level: 'silent' }) });
  const { id: partnerId } = await db.prisma.partner.findFirstOrThrow();
  const documentId = `sha256:${sha256(EVENTS)}`;
  await publishDocuments(deps, { partnerId, name: 'watch', manifest: JSON.stringify({ [documentId]: EVENTS }) });
  await db.close();
  return { partnerId, documentId };
}
