import { builder } from './builder.ts';
import { checkPage, type Page, pageSize } from './connection.ts';
import { badInput } from './errors.ts';

/** Arguments of connections that are only read forwards. */
export const forwardArgs = builder.args((t) => ({
  first: t.int({ description: 'How many; at most 100, 20 when left out.' }),
  after: t.field({ type: 'Cursor', description: 'Only what comes after this cursor.' }),
}));

interface ForwardArgs {
  first?: number | null;
  after?: string | null;
}

/** The cost of a list: ten times what one of its objects costs, for a hundred of them. */
export const listComplexity = ({ first }: ForwardArgs) => ({ field: 1, multiplier: (first ?? 20) / 10 });

/** How many are wanted. @throws GraphQLError BAD_USER_INPUT */
export function wantedSize({ first }: ForwardArgs): number {
  checkPage({ first: first ?? null });
  return pageSize(first);
}

const VERSION = 'k2';

/** A cursor that says where the next page begins, in a few words that mean something here only. */
export const toCursor = (parts: readonly (string | number | null)[]): string =>
  Buffer.from(JSON.stringify([VERSION, ...parts])).toString('base64url');

/**
 * The words of a cursor, or undefined where none was given.
 * @param read makes something of them, or null when they are not such words
 * @throws GraphQLError BAD_USER_INPUT for what is no cursor of this connection
 */
export function fromCursor<T>(cursor: string | null | undefined, read: (parts: unknown[]) => T | null): T | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const position = positionOf(cursor, read);
  if (position === null)
    throw badInput('after: is not a cursor of this connection. Use an edge’s cursor, or leave it out.');
  return position;
}

function positionOf<T>(cursor: string, read: (parts: unknown[]) => T | null): T | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) && parts[0] === VERSION ? read(parts.slice(1)) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null; // the answer to the question
    throw error;
  }
}

/** A page of a connection. */
export function forwardPage<Row>(
  edges: { node: Row; cursor: string }[],
  more: boolean,
  { after }: ForwardArgs,
): Page<Row> {
  return {
    edges,
    pageInfo: {
      hasNextPage: more,
      hasPreviousPage: Boolean(after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** A page of a list that is at hand whole, in an order that each row's key tells. */
export function pageOfList<Row>(rows: readonly Row[], args: ForwardArgs, keyOf: (row: Row) => string): Page<Row> {
  const size = wantedSize(args);
  const after = fromCursor(args.after, ([key]) => (typeof key === 'string' ? key : null));
  const start = after === undefined ? 0 : rows.findIndex((row) => keyOf(row) === after) + 1;
  if (after !== undefined && start === 0) throw badInput('after: what it pointed at is gone. Begin again without it.');
  const page = rows.slice(start, start + size);
  const edges = page.map((node) => ({ node, cursor: toCursor([keyOf(node)]) }));
  return forwardPage(edges, start + size < rows.length, args);
}
