import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { createLRUCache } from 'graphql-yoga';
import type { Deps } from '../../deps.ts';
import { isDocumentId } from '../../domain/document/document-id.ts';
import { type DocumentRules, readDocumentRules } from '../../domain/document/rules.ts';
import { findLiveDocument } from '../../domain/document/store.ts';
import { isPublic } from '../../graphql/document-public.ts';

/** For this long a gateway goes by what it knows of a partner's documents: half of the second in which a revocation is to work. */
export const RULES_KEPT_MS = 500;
const MOST_PARTNERS = 10_000;
const MOST_DOCUMENTS = 5_000;

/** A text that is run by its id: read and parsed once. */
export interface ReadyText {
  body: string;
  document: DocumentNode;
  /** Is the answer the same for every caller? */
  isPublic: boolean;
}

/** A published document, ready to be run. */
export interface LiveDocument extends ReadyText {
  documentId: string;
}

/** The documents of all partners, as this process knows them. */
export interface Documents {
  /** What the partner may send, at most half a second old; at once when it is known. */
  rules(partnerId: string): DocumentRules | Promise<DocumentRules>;
  /**
   * The partner's document, or null: unknown, revoked and another partner's are the same.
   * @param version of the partner's documents, from its rules: what was read at an earlier one is read again
   */
  find(partnerId: string, documentId: string, version: number): LiveDocument | null | Promise<LiveDocument | null>;
  /** The text as `find` has it. */
  read(body: string): ReadyText;
  /**
   * @param listener told of a partner whose documents are found to have changed
   * @returns stops listening
   */
  onChange(listener: (partnerId: string) => void): () => void;
}

/** Without that partner, nothing. */
const NOTHING: DocumentRules = { policy: 'PERSISTED_ONLY', version: -1 };

/** @param schema that requests are answered by */
export function createDocuments({ db }: Pick<Deps, 'db'>, schema: GraphQLSchema): Documents {
  const known = createLRUCache<{ readAt: number; rules: DocumentRules | Promise<DocumentRules> }>({
    max: MOST_PARTNERS,
  });
  const live = createLRUCache<{ version: number; found: LiveDocument }>({ max: MOST_DOCUMENTS });
  const listeners = new Set<(partnerId: string) => void>();
  const rules = (partnerId: string): DocumentRules | Promise<DocumentRules> => {
    const now = performance.now();
    const last = known.get(partnerId);
    if (last && now - last.readAt < RULES_KEPT_MS) return last.rules;
    const next = readDocumentRules(db, [partnerId]).then((read) => read.get(partnerId) ?? NOTHING);
    const entry: { readAt: number; rules: DocumentRules | Promise<DocumentRules> } = { readAt: now, rules: next };
    known.set(partnerId, entry);
    next.then(
      (read) => {
        entry.rules = read;
        const before = last?.rules;
        if (before && 'version' in before && before.version !== read.version)
          for (const listener of listeners) listener(partnerId);
      },
      // what could not be read is not known
      () => known.get(partnerId) === entry && known.delete(partnerId),
    );
    return next;
  };
  const ready = oncePerText(schema);
  const read = async (partnerId: string, documentId: string, version: number): Promise<LiveDocument | null> => {
    if (!isDocumentId(documentId)) return null;
    const row = await findLiveDocument(db.prisma, partnerId, documentId);
    if (!row) return null;
    const key = keyOf(partnerId, documentId);
    const before = live.get(key)?.found;
    const found = before?.body === row.body ? before : { documentId, ...ready(row.body) };
    live.set(key, { version, found });
    return found;
  };
  return {
    rules,
    read: ready,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    find(partnerId, documentId, version) {
      const cached = live.get(keyOf(partnerId, documentId));
      return cached?.version === version ? cached.found : read(partnerId, documentId, version);
    },
  };
}

const keyOf = (partnerId: string, documentId: string): string => `${partnerId} ${documentId}`;

/** Partners of one app publish the same texts: each is parsed, and later compiled, for all of them together. */
function oncePerText(schema: GraphQLSchema): (body: string) => ReadyText {
  const known = createLRUCache<ReadyText>({ max: MOST_DOCUMENTS });
  return (body) => {
    const before = known.get(body);
    if (before) return before;
    const document = parse(body);
    const read = { body, document, isPublic: isPublic(schema, document) };
    known.set(body, read);
    return read;
  };
}
