import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { createSignedLinks } from '../../lib/signed-link.ts';
import { publicUrl } from '../provider/public-url.ts';

/** Long enough to be opened by a person who is shown it, too short to be handed around. */
const LIFETIME_MS = 10 * 60_000;

const claims = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('RECEIPT'),
    partnerId: z.string(),
    paymentId: z.string(),
    side: z.enum(['MAKER', 'RECEIVER']),
    format: z.enum(['PDF', 'JPEG']),
  }),
  z.object({
    kind: z.literal('CARD_STATEMENT'),
    partnerId: z.string(),
    cardId: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
  }),
]);

/** What a link leads to. Only ids: whoever has the link can read it. */
export type FileClaim = z.infer<typeof claims>;

type LinkDeps = Pick<Deps, 'config' | 'clock'>;

const links = ({ config }: LinkDeps) => createSignedLinks(config.tokenSecret, 'files');

/** A short-lived address of a file, as it is shown. */
export interface FileLink {
  url: string;
  contentType: string;
  expiresAt: Date;
}

/** The address of a file that its caller may have, as who asks has made sure, and until when it opens. */
export function fileLink(deps: LinkDeps, claim: FileClaim): Omit<FileLink, 'contentType'> {
  const expiresAt = new Date(deps.clock.now().getTime() + LIFETIME_MS);
  const token = links(deps).sign(JSON.stringify(claim), expiresAt);
  return { url: `${publicUrl(deps)}/files/${token}`, expiresAt };
}

/** What a token leads to; FORGED unless it was made here, EXPIRED when its time has run out. */
export function openFileLink(deps: LinkDeps, token: string): FileClaim | 'FORGED' | 'EXPIRED' {
  const opened = links(deps).open(token, deps.clock.now());
  return typeof opened === 'string' ? opened : claims.parse(JSON.parse(opened.claim));
}
