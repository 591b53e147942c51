import { z } from 'zod';
import type { ReceiptFormat } from '../../connectors/records.ts';
import type { Deps } from '../../deps.ts';
import { openLink, signLink } from '../../lib/signed-link.ts';
import { publicUrl } from '../provider/public-url.ts';

/** Long enough to be opened by a person who is shown it, too short to be handed around. */
const LIFETIME_MS = 10 * 60_000;

const ticket = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('card-statement'), cardId: z.string(), from: z.coerce.date(), to: z.coerce.date() }),
  z.object({ kind: z.literal('receipt'), paymentId: z.string(), format: z.enum(['PDF', 'JPEG']) }),
]);

/** A file that a provider makes when its link is opened. */
export type FileTicket = z.infer<typeof ticket>;

/** A short-lived address of a file. */
export interface FileLink {
  url: string;
  contentType: string;
  expiresAt: Date;
}

const contentTypes: Record<ReceiptFormat, string> = { PDF: 'application/pdf', JPEG: 'image/jpeg' };

/** A link to a file that this viewer may have, as the caller has made sure. The file itself is made when it is opened. */
export function fileLink(deps: Pick<Deps, 'vault' | 'clock' | 'config'>, file: FileTicket): FileLink {
  const expiresAt = new Date(deps.clock.now().getTime() + LIFETIME_MS);
  const token = signLink(deps.vault, file, expiresAt);
  const contentType = contentTypes[file.kind === 'receipt' ? file.format : 'PDF'];
  return { url: `${publicUrl(deps)}/files/${token}`, contentType, expiresAt };
}

/** The file that a token is for; null when it is none of ours or its time has run out. */
export function fileOfToken(deps: Pick<Deps, 'vault' | 'clock'>, token: string): FileTicket | null {
  return ticket.safeParse(openLink(deps.vault, token, deps.clock.now())).data ?? null;
}
