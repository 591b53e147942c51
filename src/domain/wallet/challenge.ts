import type { CodeChallenge } from '../../connectors/wallets.ts';
import type { Vault } from '../../lib/crypto.ts';

/** A code that the owner was sent, as it is shown. */
export interface ChallengeView {
  purpose: 'ACTIVATION' | 'PASSWORD_RESET';
  sentTo: string;
  checkDigit: string | null;
  expiresAt: Date | null;
  sandboxCode: string | null;
}

/** A provider's challenge, with the instant at which its code ends. */
export const challengeView = (
  purpose: ChallengeView['purpose'],
  { sentTo, checkDigit, validMs, sandboxCode }: CodeChallenge,
  now: Date,
): ChallengeView => ({
  purpose,
  sentTo,
  checkDigit,
  expiresAt: validMs === null ? null : new Date(now.getTime() + validMs),
  sandboxCode,
});

/** The challenge as stored with its wallet, so that a repeated mutation can answer it. */
export const sealChallenge = (vault: Vault, walletId: string, challenge: ChallengeView): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(challenge), `wallet.challenge:${walletId}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export function openChallenge(vault: Vault, walletId: string, sealed: Uint8Array): ChallengeView {
  const stored = JSON.parse(vault.open(sealed, `wallet.challenge:${walletId}`)) as ChallengeView & {
    expiresAt: string | null;
  };
  return { ...stored, expiresAt: stored.expiresAt === null ? null : new Date(stored.expiresAt) };
}
