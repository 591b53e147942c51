import type { WalletAccess } from '../../connectors/connector.ts';
import type { Wallet } from '../../db/generated/client.ts';
import { assert } from '../../lib/assert.ts';
import type { Vault } from '../../lib/crypto.ts';

/** Credentials of a wallet at its provider, by the names that the connector's README lists. */
export type WalletCredentials = Record<string, string>;

/** Credentials as stored; the wallet's id binds the sealed value to its row. */
export const sealWalletCredentials = (
  vault: Vault,
  walletId: string,
  credentials: WalletCredentials,
): Uint8Array<ArrayBuffer> => vault.seal(JSON.stringify(credentials), `wallet.credentials:${walletId}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openWalletCredentials = (vault: Vault, wallet: Wallet): WalletCredentials =>
  wallet.credentialsSealed
    ? (JSON.parse(vault.open(wallet.credentialsSealed, `wallet.credentials:${wallet.id}`)) as WalletCredentials)
    : {};

/**
 * As whom a provider is called for this wallet: the wallet itself where the provider keeps its book, and null, the house
 * wallet of the provider account, for a LOCAL one and for the house wallet itself.
 */
export function upstreamAccess(vault: Vault, wallet: Wallet | null): WalletAccess | null {
  if (!wallet || wallet.provider === 'LOCAL' || wallet.house) return null;
  const numbered = wallet.number !== null || wallet.status === 'PENDING_ACTIVATION' || wallet.status === 'CLOSED';
  assert(numbered, 'a wallet at a provider has no number');
  return {
    // until a registration is answered there is none, nor of an owner who was erased; no provider takes that for a number
    number: wallet.number ?? '',
    credentials: openWalletCredentials(vault, wallet),
  };
}
