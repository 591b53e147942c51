import { z } from 'zod';

/** The base URL, with or without the `/api/` that the documents count to it (contract 1.1). */
const baseUrl = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, '').replace(/\/api$/, ''));

/** Settings of a provider account at DiWa; all but the base URL belong to its credentials. */
export const diwaConfig = z.object({
  /** Stands for https://diwa.online; `/api` is added. */
  baseUrl,
  /** Issued to the storefront at its registration; does not end. */
  token: z.string('must be given: the API token of the storefront').min(1, 'must not be empty'),
});

export type DiwaConfig = z.output<typeof diwaConfig>;
