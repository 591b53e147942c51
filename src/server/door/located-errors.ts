import {
  type ASTNode,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  Kind,
  locatedError,
  visit,
} from 'graphql';
import { failedTypeAt, LeafFailure } from './guards.ts';

/** An error as graphql-jit makes it: where it is, but not of which nodes, and of what it stands for only sometimes the cause. */
interface CompiledError {
  message: unknown;
  locations?: readonly { line: number; column: number }[];
  path?: readonly (string | number)[];
  originalError?: unknown;
}

/** Finds a document's nodes again by where they begin. */
export type Nodes = ReadonlyMap<string, ASTNode>;

/** The nodes that an error can be about: fields, and the variables in their arguments. */
export function nodesOf(document: DocumentNode): Nodes {
  const nodes = new Map<string, ASTNode>();
  const keep = (node: ASTNode) => {
    const at = node.loc?.startToken;
    if (at) nodes.set(`${at.line}:${at.column}`, node);
  };
  visit(document, { [Kind.FIELD]: keep, [Kind.VARIABLE]: keep });
  return nodes;
}

/**
 * The result as the interpreter words it. The errors of compiled code are bare: the cause says whether a caller may see a message, so without
 * it a fault would leave unmasked.
 */
export function located(
  result: ExecutionResult & { errors: readonly GraphQLError[] },
  nodes: Nodes,
  context: object,
): ExecutionResult {
  const errors = firstOfEachNull(result).flatMap((error) => {
    const meanings = meant(error as unknown as CompiledError, nodes, context);
    return isOwnNull(result.data, error.path ?? []) ? meanings : meanings.slice(0, 1);
  });
  return { errors, data: result.data ?? null };
}

function meant(error: CompiledError, nodes: Nodes, context: object): GraphQLError[] {
  const path = error.path ?? [];
  const about = (error.locations ?? []).flatMap(({ line, column }) => nodes.get(`${line}:${column}`) ?? []);
  return causesOf(error, about, context).map((cause) => locatedError(cause, about, path));
}

function causesOf({ message, path = [], originalError }: CompiledError, about: ASTNode[], context: object): Error[] {
  if (originalError instanceof AggregateError) return originalError.errors.map(asError);
  if (originalError !== undefined) return [asError(originalError)];
  if (message instanceof LeafFailure) return [message.cause];
  const failed = failedTypeAt(context, path);
  if (failed) return [failed];
  const text = String(message);
  const list = /^Expected Iterable, but did not find one for field (.+)\.$/.exec(text)?.[1];
  if (list) return [new GraphQLError(`Expected Iterable, but did not find one for field "${list}".`)];
  // what the caller left out of an argument; all else is a fault of ours, which the masking knows by its being a plain Error
  return [text.startsWith('Argument "') ? new GraphQLError(text, { nodes: about }) : new Error(text)];
}

function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const message = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : undefined;
  return new Error(typeof message === 'string' ? message : String(thrown));
}

/** A place that became null because of what is below it is explained once, by what came first. */
function firstOfEachNull({ data, errors }: ExecutionResult & { errors: readonly GraphQLError[] }): GraphQLError[] {
  const explained = new Set<string>();
  return errors.filter(({ path = [] }) => {
    if (isOwnNull(data, path)) return true;
    const place = path.slice(0, depthOfNull(data, path)).join('.');
    if (explained.has(place)) return false;
    explained.add(place);
    return true;
  });
}

/** Is it null there, and not further up? */
const isOwnNull = (data: unknown, path: readonly (string | number)[]): boolean =>
  depthOfNull(data, path) === path.length;

/** How many steps of the path there are until the null. */
function depthOfNull(data: unknown, path: readonly (string | number)[]): number {
  let at = data;
  for (const [depth, step] of path.entries()) {
    if (typeof at !== 'object' || at === null) return depth;
    at = (at as Record<string | number, unknown>)[step];
  }
  return path.length;
}
