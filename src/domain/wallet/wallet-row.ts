import type { Wallet } from '../../db/generated/client.ts';
import { bytesOf, instantOf, maybeAt, type TextRow, textAt } from '../../db/text-rows.ts';

/** The columns of `wallet`, in the order in which `walletOf` reads them. */
const columns = [
  ...['id', 'partner_id', 'customer_id', 'provider', 'number', 'phone_hash', 'phone_sealed', 'status'],
  ...['identification_level', 'default_currency', 'close_reason', 'created_at', 'closed_at', 'provider_account_id'],
  ...['credentials_sealed', 'challenge_sealed', 'house'],
];

/** The select list of wallets. */
export const walletColumns = (alias: string): string => columns.map((column) => `${alias}.${column}`).join(', ');

/**
 * A wallet out of a row of text, the same as Prisma would read.
 * @param at where its columns begin
 */
export function walletOf(row: TextRow, at: number): Wallet {
  return {
    id: textAt(row, at),
    partnerId: textAt(row, at + 1),
    customerId: row[at + 2] ?? null,
    provider: textAt(row, at + 3),
    number: row[at + 4] ?? null,
    phoneHash: maybeAt(row, at + 5, bytesOf),
    phoneSealed: maybeAt(row, at + 6, bytesOf),
    status: row[at + 7] as Wallet['status'],
    identificationLevel: row[at + 8] as Wallet['identificationLevel'],
    defaultCurrency: textAt(row, at + 9),
    closeReason: row[at + 10] ?? null,
    createdAt: instantOf(textAt(row, at + 11)),
    closedAt: maybeAt(row, at + 12, instantOf),
    providerAccountId: row[at + 13] ?? null,
    credentialsSealed: maybeAt(row, at + 14, bytesOf),
    challengeSealed: maybeAt(row, at + 15, bytesOf),
    house: row[at + 16] === 't',
  };
}
