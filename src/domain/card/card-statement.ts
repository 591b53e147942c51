import type { Card } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { type FileLink, fileLink } from '../file/file-link.ts';
import type { NamedFile } from '../file/read-file.ts';
import { readUpstream } from '../provider/errors.ts';
import { issuedCardWallet } from './issued.ts';

const DAY_MS = 24 * 60 * 60_000;
type StatementDeps = Pick<Deps, 'db' | 'vault' | 'connectors'>;

/** A span of a statement, both ends included. */
export interface StatementSpan {
  from: Date;
  to: Date;
}

/**
 * A link to the provider's statement of a card, which is made when the link is opened.
 * @param card as the viewer may see it
 * @returns null where the provider makes none
 * @throws InvalidInputError for a span that ends before it begins, or is longer than the provider's statements
 */
export async function statementLink(
  deps: StatementDeps & Pick<Deps, 'config' | 'clock'>,
  card: Card,
  { from, to }: StatementSpan,
): Promise<FileLink | null> {
  if (card.kind !== 'ISSUED' || card.reference === null) return null;
  const { issued } = await issuedCardWallet(deps, deps.db.prisma, card);
  if (!issued.statement) return null;
  if (from >= to) throw InvalidInputError.at('from', 'must be before `to`.');
  const { statementDays: days } = issued;
  if (days !== null && to.getTime() - from.getTime() > days * DAY_MS)
    throw InvalidInputError.at('from', `must be at most ${days} days before \`to\`: ask for the earlier days apart.`);
  const claim = { kind: 'CARD_STATEMENT' as const, partnerId: card.partnerId, cardId: card.id };
  const link = fileLink(deps, { ...claim, from: from.toISOString(), to: to.toISOString() });
  return { ...link, contentType: 'application/pdf' };
}

/**
 * Reads a card's statement from the provider. Nothing of it is kept.
 * @throws NotFoundError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function readStatement(
  deps: StatementDeps,
  { partnerId, cardId, from, to }: { partnerId: string; cardId: string; from: string; to: string },
): Promise<NamedFile> {
  const card = await deps.db.prisma.card.findFirst({ where: { id: cardId, partnerId } });
  if (!card || card.reference === null) throw new NotFoundError('The card');
  const { reference } = card;
  const { issued, call, account } = await issuedCardWallet(deps, deps.db.prisma, card);
  const { statement } = issued;
  if (!statement) throw new NotSupportedError(account.provider, 'ISSUED_CARDS', 'The provider makes no statements.');
  const span = { from: new Date(from), to: new Date(to) };
  const file = await readUpstream(() => statement(call, reference, span));
  return { ...file, name: `statement-${cardId}.pdf` };
}
