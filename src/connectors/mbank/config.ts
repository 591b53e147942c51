import { z } from 'zod';

const text = z.string().min(1, 'must not be empty');
const switched = z.stringbool('must be "true" or "false"').default(false);
const phone = z.string().regex(/^\+\d{7,15}$/, 'must be a phone in international form, such as +79261111111');

/** A base URL without its trailing slash and, where somebody gave it, without the `/v1` that every path starts with. */
const baseUrl = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, '').replace(/\/v1$/, ''));

const together = (fields: Record<string, string | undefined>) => {
  const given = Object.values(fields).filter((value) => value !== undefined).length;
  return given === 0 || given === Object.keys(fields).length;
};

/** Settings of a provider account at mbank (contract 1.1, 1.3); all but the base URL belong to its credentials. */
export const mbankConfig = z
  .object({
    /** The client API; `/v1` is added. */
    baseUrl,
    /** The core behind it (OAuth, application API). Default: the base URL. */
    mserverUrl: baseUrl.optional(),
    /** The house wallet. */
    phone: phone.optional(),
    password: text.optional(),
    /** The application: for anonymous payments and for bearer tokens. */
    clientId: text.optional(),
    clientSecret: text.optional(),
    /** The application that asks owners for their consent, where that is another: mbank gives each application one flow. */
    consentClientId: text.optional(),
    consentClientSecret: text.optional(),
    /** The project whose notifications come to us. */
    appId: text.optional(),
    appSecret: text.optional(),
    /** With these we may vouch for a wallet's owner. */
    webhookClientId: text.optional(),
    webhookClientToken: text.optional(),
    /** Buy a bearer token with a wallet's password instead of sending the password each time. */
    preferBearer: switched,
    /** Anonymous payments through the core's application API. */
    applicationApi: switched,
    /** Where the consent page sends the owner back, as registered with the provider. */
    redirectUri: z.url().optional(),
  })
  .refine(({ phone, password }) => together({ phone, password }), {
    path: ['password'],
    message: 'phone and password go together',
  })
  .refine(({ clientId, clientSecret }) => together({ clientId, clientSecret }), {
    path: ['clientSecret'],
    message: 'clientId and clientSecret go together',
  })
  .refine(({ consentClientId, consentClientSecret }) => together({ consentClientId, consentClientSecret }), {
    path: ['consentClientSecret'],
    message: 'consentClientId and consentClientSecret go together',
  })
  .refine(({ appId, appSecret }) => together({ appId, appSecret }), {
    path: ['appSecret'],
    message: 'appId and appSecret go together',
  })
  .refine(({ webhookClientId, webhookClientToken }) => together({ webhookClientId, webhookClientToken }), {
    path: ['webhookClientToken'],
    message: 'webhookClientId and webhookClientToken go together',
  })
  .refine((config) => (!config.preferBearer && !config.applicationApi) || config.clientId !== undefined, {
    path: ['clientId'],
    message: 'preferBearer and applicationApi need clientId and clientSecret',
  })
  .transform((config) => ({
    ...config,
    mserverUrl: config.mserverUrl ?? config.baseUrl,
    consentClientId: config.consentClientId ?? config.clientId,
    consentClientSecret: config.consentClientSecret ?? config.clientSecret,
  }));

export type MbankConfig = z.output<typeof mbankConfig>;
