import type { Capabilities } from '../../connectors/connector.ts';
import type { ReceiptFormat } from '../../connectors/records.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import type { NamedFile } from '../file/read-file.ts';
import { readUpstream } from '../provider/errors.ts';
import { type PaymentSide, reachPayment } from './reach-payment.ts';

/** The receipt of one side of a payment. */
export interface WantedReceipt {
  partnerId: string;
  paymentId: string;
  side: PaymentSide;
  format: ReceiptFormat;
}

/** In which formats a provider makes receipts; none where it makes none. */
export const receiptFormats = ({ receipts }: Capabilities): readonly ReceiptFormat[] =>
  receipts?.file ? (receipts.formats ?? []) : [];

/** Can there be a receipt of this payment? One is made by the provider that carried it, when it is completed. */
export const mayHaveReceipt = ({ status, providerAccountId, reference }: Payment): boolean =>
  status === 'COMPLETED' && providerAccountId !== null && reference !== null;

/**
 * Reads a receipt from the provider. Nothing of it is kept.
 * @throws NotFoundError, NotSupportedError; ProviderRejectedError when the provider has none (yet), ProviderUnavailableError
 */
export async function readReceipt(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors'>,
  { partnerId, paymentId, side, format }: WantedReceipt,
): Promise<NamedFile> {
  const payment = await deps.db.prisma.payment.findFirst({ where: { id: paymentId, partnerId } });
  const reached = payment && mayHaveReceipt(payment) && (await reachPayment(deps, deps.db.prisma, payment, side));
  if (!reached) throw new NotFoundError('The receipt');
  const { account, connector, call, reference, direction } = reached;
  const { receipts } = connector;
  if (!receipts?.file || !receiptFormats(connector).includes(format))
    throw new NotSupportedError(account.provider, 'RECEIPTS', `This provider makes no receipt as ${format}.`);
  const { file: read } = receipts;
  const file = await readUpstream(() => read(call, { reference, format, ...(direction ? { direction } : {}) }));
  return { ...file, name: `receipt-${paymentId}.${format === 'PDF' ? 'pdf' : 'jpg'}` };
}
