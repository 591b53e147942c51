import type { Scope } from '../../db/generated/enums.ts';

/** What is known of a document that may be run. */
export interface CheckedDocument {
  operationName: string | null;
  /** In the units of the limit on operations; pages whose size is a variable count with its default. */
  cost: number;
  /**
   * What a key with these scopes could not reach in it, each in words; nothing when it may run all of it.
   * @param scopes of one key
   */
  lacking(scopes: ReadonlySet<Scope>): string[];
}

/** Looks at documents as a request with them would be looked at. The domain itself speaks no GraphQL. */
export interface DocumentCheck {
  /** @returns what is known of it, or why it can never be run: it does not parse, is not valid, asks for too much */
  check(body: string): Promise<CheckedDocument | { problems: string[] }>;
}
