import { z } from 'zod';

const given = (what: string) => z.string(`must be given: ${what}`).min(1, 'must not be empty');

const address = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, ''));

/** Wallets and operations are known by UUIDs (contract 1.2). */
export const uuid = z.uuid('must be a UUID, such as 3b9f6a52-7c1e-4d0a-9f4e-2a6d5c8b7e10');

/** Settings of a provider account at VsePlatezhi; all but the base URL belong to its credentials. */
export const vseplatezhiConfig = z
  .object({
    /** Stands for https://wallet.dev.vseplatezhi.ru; the production one is issued after the contract. */
    baseUrl: address,
    clientId: given('the client id that was issued to the partner'),
    clientSecret: given('the client secret that was issued to the partner'),
    partnerId: given('the partner’s identifier'),
    /** The house wallet. */
    walletId: uuid.optional(),
    /** Where tokens are bought. Not documented (trap T-13); default: `/oauth/token` under the base URL. */
    tokenUrl: address.optional(),
    /** The field in which the partner's identifier goes there. */
    partnerField: z.string().min(1, 'must not be empty').default('partner_id'),
    /** How the fields go there. */
    tokenEncoding: z.enum(['form', 'json'], 'must be "form" or "json"').default('form'),
    /** Times in questions with colons instead of the documented hyphens, should the provider refuse those (trap T-02). */
    colonTimes: z.stringbool('must be "true" or "false"').default(false),
  })
  .transform((config) => ({ ...config, tokenUrl: config.tokenUrl ?? `${config.baseUrl}/oauth/token` }));

export type VsePlatezhiConfig = z.output<typeof vseplatezhiConfig>;
