import { SetupError } from '../errors.ts';
import { documentOperations } from '../graphql/document-operations.ts';
import { sha256 } from '../lib/crypto.ts';

/** A gateway elsewhere, and the key of a partner's server. */
export interface Remote {
  url: string;
  key: string;
}

interface GraphqlAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message: string }[];
}

/**
 * Runs one of the gateway's own documents, by its id and with its text, so that any policy and any version of the gateway admits it.
 * @returns the answer of its one field
 * @throws SetupError when the gateway cannot be reached, or answers with an error
 */
export async function ask(
  { url, key }: Remote,
  operation: keyof typeof documentOperations,
  variables: object,
): Promise<unknown> {
  const query = documentOperations[operation];
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
  const endpoint = new URL('graphql', url.endsWith('/') ? url : `${url}/`);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, extensions, variables }),
  }).catch((error: unknown) => {
    throw new SetupError(`${endpoint.origin} cannot be reached: ${reasonOf(error)}.`);
  });
  const answer = (await response.json().catch((error: unknown) => {
    throw new SetupError(
      `${endpoint.href} is no Koshel gateway: it answered ${response.status}, and no JSON (${reasonOf(error)}).`,
    );
  })) as GraphqlAnswer | null;
  if (!answer) throw new SetupError(`${endpoint.href} is no Koshel gateway: it answered ${response.status} and null.`);
  const [error] = answer.errors ?? [];
  if (error) throw new SetupError(`${endpoint.origin} refuses: ${error.message}`);
  return Object.values(answer.data ?? {})[0];
}

/** In one line: what fetch says is less than why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ');
}
