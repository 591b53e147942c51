import type { Credentials } from '../access.ts';
import { outcomeOf } from '../outcome.ts';
import { unfit } from './answer.ts';
import type { Parts } from './parts.ts';

/** Under which a wallet's owner sees the pair at the provider. */
const PAIR_NAME = 'Koshel';
const DAY_MS = 24 * 3_600_000;

/** CREDENTIALS: the wallet's own pair of keys for invoices (INV-1). A token lives 180 days from its issue (trap T1). */
export function credentialsCapability({ client }: Parts): Credentials {
  return {
    operations: ['INV-1'],
    issues: ['p2p'],
    lifetimesMs: { token: 180 * DAY_MS },
    issue: (call, { name, notificationsUrl }) =>
      outcomeOf(async () => {
        if (name !== 'p2p') throw unfit('INV-1', `The provider issues no keys called "${name.slice(0, 40)}".`);
        const pair = await client.invoices.issueKeys(call, {
          keysPairName: PAIR_NAME,
          serverNotificationsUrl: notificationsUrl,
        });
        return { p2pPublicKey: pair.PublicKey, p2pSecretKey: pair.SecretKey };
      }),
  };
}
