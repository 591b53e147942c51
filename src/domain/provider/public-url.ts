import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';

/** Where browsers and providers reach this gateway. */
export const publicUrl = ({ config }: Pick<Deps, 'config'>): string =>
  config.publicUrl?.replace(/\/$/, '') ?? `http://${config.host}:${config.port}`;

/** Where the provider of an account calls us. */
export const webhookUrl = (
  deps: Pick<Deps, 'config'>,
  { id, provider }: Pick<ProviderAccount, 'id' | 'provider'>,
): string => `${publicUrl(deps)}/webhooks/${provider.toLowerCase()}/${id}`;
