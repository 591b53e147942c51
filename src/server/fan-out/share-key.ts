import type { DocumentNode, ExecutionArgs } from 'graphql';
import type { Viewer } from '../../domain/access/viewer.ts';

let documents = 0;
const numbers = new WeakMap<DocumentNode, number>();

/**
 * Names what two subscribers must have in common for one result to be right for both: the document as it was parsed, the operation in it, the
 * variables, and all that answers depend on of who asks.
 */
export function shareKey({ document, operationName, variableValues }: ExecutionArgs, viewer: Viewer): string {
  const number = numbers.get(document) ?? ++documents;
  numbers.set(document, number);
  return canonicalJson([number, operationName ?? null, variableValues ?? {}, authorizationOf(viewer)]);
}

/**
 * What a viewer may see, without what only says which of its credentials it uses. A member that a viewer gains later counts by itself, until it is
 * said here that no answer depends on it.
 */
function authorizationOf(viewer: Viewer): object {
  switch (viewer.kind) {
    case 'ADMIN':
      return viewer;
    case 'PARTNER': {
      const { apiKeyId: _, scopes, ...rest } = viewer;
      return { ...rest, scopes: [...scopes].sort() };
    }
    case 'CUSTOMER': {
      // the connection ends at that hour, whatever it is sent together with
      const { expiresAt: _, scopes, ...rest } = viewer;
      return { ...rest, scopes: [...scopes].sort() };
    }
  }
}

/** The same text for the same value, in whatever order the members of its objects stand. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
