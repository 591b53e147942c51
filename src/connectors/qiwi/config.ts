import { z } from 'zod';

const text = z.string().min(1, 'must not be empty');

const address = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, ''));

/** Digits without a plus, as the provider writes wallet numbers (contract 1.5); a plus and spaces are taken off. */
const walletNumber = z
  .string()
  .transform((number) => bareNumber(number))
  .refine((number) => /^\d{7,15}$/.test(number), 'must be a wallet number, such as 79115221133');

/** A wallet number without what people put around its digits. */
export const bareNumber = (number: string): string => number.replace(/[\s+()-]/g, '');

/** The provider's own hosts (contract 1.1). Under any other base URL all of them are served from that one. */
const EDGE = 'edge.qiwi.com';

/** Settings of a provider account at QIWI; all but the base URL belong to its credentials. */
export const qiwiConfig = z
  .object({
    /** Stands for https://edge.qiwi.com. */
    baseUrl: address,
    /** The house wallet. */
    wallet: walletNumber.optional(),
    token: text.optional(),
    /** Stands for https://api.qiwi.com, the P2P invoice API. */
    p2pUrl: address.optional(),
    /** Pages on which people pay: `/<provider id>` is added. */
    formUrl: address.optional(),
    /** The page that makes an invoice when it is opened. */
    invoiceFormUrl: address.optional(),
  })
  .refine(({ wallet, token }) => (wallet === undefined) === (token === undefined), {
    path: ['token'],
    message: 'wallet and token go together',
  })
  .transform(({ p2pUrl, formUrl, invoiceFormUrl, ...config }) => {
    const own = new URL(config.baseUrl).host === EDGE;
    return {
      ...config,
      p2pUrl: p2pUrl ?? (own ? 'https://api.qiwi.com' : config.baseUrl),
      formUrl: formUrl ?? (own ? 'https://qiwi.com/payment/form' : `${config.baseUrl}/payment/form`),
      invoiceFormUrl: invoiceFormUrl ?? (own ? 'https://oplata.qiwi.com/create' : `${config.baseUrl}/create`),
    };
  });

export type QiwiConfig = z.output<typeof qiwiConfig>;
