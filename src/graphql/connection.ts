import { resolveCursorConnection } from '@pothos/plugin-relay';
import { InvalidInputError } from '../errors.ts';
import { builder } from './builder.ts';
import { badInput } from './errors.ts';

/** The most that one page may hold. */
const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;
const VERSION = 'k1:';

/** Arguments of every connection. */
export const pageArgs = builder.args((t) => ({
  first: t.int({ description: `How many, from the beginning; at most ${MAX_PAGE}, ${DEFAULT_PAGE} when left out.` }),
  after: t.field({ type: 'Cursor', description: 'Only what comes after this cursor.' }),
  last: t.int({ description: `How many, from the end; at most ${MAX_PAGE}.` }),
  before: t.field({ type: 'Cursor', description: 'Only what comes before this cursor.' }),
}));

/** The arguments of a page, as the caller gave them. */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** A page of a connection. */
export interface Page<Row> {
  edges: { cursor: string; node: Row }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** The part of a list that a page needs, by id; rows are wanted in the order of `orderBy`, `take` at most. */
export interface KeysetPage {
  where: { id?: { lt?: string; gt?: string } };
  orderBy: { id: 'asc' | 'desc' };
  take: number;
}

/**
 * A page of a list of rows that is ordered by id, newest first: ids sort by time, so the id is the cursor's whole content.
 * @param args as the caller gave them
 * @param read reads one keyset page
 * @throws GraphQLError BAD_USER_INPUT for a page that is too large or a cursor that is none
 */
export async function pageByIdDescending<Row extends { id: string }>(
  args: PageArgs,
  read: (page: KeysetPage) => Promise<Row[]>,
): Promise<Page<Row>> {
  checkPage(args);
  const options = { args, toCursor: (row: unknown) => (row as Row).id, defaultSize: DEFAULT_PAGE, maxSize: MAX_PAGE };
  const page = (await resolveCursorConnection(options, ({ before, after, limit, inverted }): Promise<Row[]> => {
    const id = {
      ...(after ? { lt: decode(after, 'after') } : {}),
      ...(before ? { gt: decode(before, 'before') } : {}),
    };
    return read({ where: { id }, orderBy: { id: inverted ? 'asc' : 'desc' }, take: limit });
  })) as Page<Row>;
  const { startCursor, endCursor } = page.pageInfo;
  return {
    edges: page.edges.map(({ node }) => new Edge(node)),
    pageInfo: {
      ...page.pageInfo,
      startCursor: startCursor && encode(startCursor),
      endCursor: endCursor && encode(endCursor),
    },
  };
}

/** A row and its place. Its cursor is written when it is asked for, which of most pages only the last one's is. */
class Edge<Row extends { id: string }> {
  constructor(readonly node: Row) {}

  get cursor(): string {
    return encode(this.node.id);
  }
}

/** @throws GraphQLError BAD_USER_INPUT when a page is empty, too large, asked for from both ends, or after nothing */
export function checkPage({ first, last, after, before }: PageArgs): void {
  for (const [name, size] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (size === null || size === undefined) continue;
    if (size < 1 || size > MAX_PAGE) throw badInput(`${name}: must be from 1 to ${MAX_PAGE}.`);
  }
  for (const [name, cursor] of Object.entries({ after, before })) {
    if (cursor === '') throw badInput(`${name}: an empty text is no cursor. Leave it out.`);
  }
  if (first && last) throw badInput('first, last: give one of them, not both.');
}

/** The size of a page that is only read forwards. */
export const pageSize = (first: number | null | undefined): number => first ?? DEFAULT_PAGE;

const encode = (id: string) => Buffer.from(VERSION + id).toString('base64url');

function decode(cursor: string, name: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text.startsWith(VERSION) && /^[a-z]{3}_[0-9a-z]{26}$/.test(text.slice(VERSION.length)))
    return text.slice(VERSION.length);
  throw badInput(`${name}: is not a cursor of this connection. Use an edge’s cursor, or leave it out.`);
}

/** An InvalidInputError where there is no result union, in queries, becomes BAD_USER_INPUT. */
export async function asBadInputAsync<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidInputError) throw badInput(error.message);
    throw error;
  }
}
