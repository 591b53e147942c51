import type { ProviderFile } from '../../connectors/records.ts';
import type { Deps } from '../../deps.ts';
import { readStatement } from '../card/card-statement.ts';
import { readReceipt } from '../payment/read-receipt.ts';
import type { FileClaim } from './file-link.ts';

/** A file that a provider made, under the name by which it is saved. */
export interface NamedFile extends ProviderFile {
  name: string;
}

type FileDeps = Pick<Deps, 'db' | 'vault' | 'connectors'>;

/**
 * Reads a file from its provider, now.
 * @throws NotFoundError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export function readFile(deps: FileDeps, claim: FileClaim): Promise<NamedFile> {
  switch (claim.kind) {
    case 'RECEIPT':
      return readReceipt(deps, claim);
    case 'CARD_STATEMENT':
      return readStatement(deps, claim);
  }
}
