import type { GraphQLSchema } from 'graphql';
import type { Deps } from '../../deps.ts';
import { createDocumentUsage } from '../../domain/document/usage.ts';
import { startTimer } from '../timer.ts';
import type { Admissions } from './admit-document.ts';
import { createDocuments } from './documents.ts';
import { createOpenStreams, type OpenStreams } from './open-streams.ts';

const WRITE_EVERY_MS = 1_000;

/** Persisted documents in this process. */
export interface PersistedDocuments extends Admissions {
  streams: OpenStreams;
  /** Writes what is not yet written of their use, and looks no further. */
  stop(): Promise<void>;
}

/** @param schema that requests are answered by */
export function startPersistedDocuments(deps: Deps, schema: GraphQLSchema): PersistedDocuments {
  const documents = createDocuments(deps, schema);
  const usage = createDocumentUsage(deps);
  const streams = createOpenStreams(deps, documents);
  const writing = startTimer('write the use of documents', WRITE_EVERY_MS, deps.log, () => usage.write());
  return {
    documents,
    usage,
    streams,
    async stop() {
      await Promise.all([writing.stop(), streams.stop()]);
      await usage.write();
    },
  };
}
