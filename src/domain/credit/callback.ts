import type { CreditSession, ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { Vault } from '../../lib/crypto.ts';
import { webhookUrl } from '../provider/public-url.ts';

/**
 * The secret of one session's callback addresses. It follows from our key and the session's id, so that it is kept nowhere and a start
 * that is sent again names the same.
 */
export const callbackToken = (vault: Vault, sessionId: string): string =>
  Buffer.from(vault.fingerprint(`credit_session.callback:${sessionId}`)).toString('base64url');

/** Where the provider of a session calls us. */
export const callbackOf = (
  deps: Pick<Deps, 'config' | 'vault'>,
  account: ProviderAccount,
  { id }: Pick<CreditSession, 'id'>,
): { url: string; token: string } => ({ url: webhookUrl(deps, account), token: callbackToken(deps.vault, id) });
