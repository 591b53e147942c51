import type { Party, ProviderPayment } from '../values.ts';
import type { Line } from './report.ts';
import { operationTypes } from './status.ts';

/** The wallet's own side; its owner's phone is not told. */
export const wallet: Party = { kind: 'WALLET', phone: null };

const external = (description: string): Party => ({ kind: 'EXTERNAL', description });

/** Where the other side of a top-up is not told. */
export const fastPayment = external('SBP');

/** What no answer of this provider tells. */
export const untold = {
  clientId: null,
  nextAction: null,
  declineReason: null,
  declineMessage: null,
  card: null,
  parameters: [],
  attributes: [],
  note: null,
  title: null,
  subtitle: null,
  description: null,
  receiptNumber: null,
  walletNumber: null,
  completedAt: null,
} satisfies Partial<ProviderPayment>;

/**
 * A line of the report (contract 3.5). What is there has happened; a type that is in no table, or money that came in with a minus,
 * proves nothing.
 */
export function mapLine(line: Line): ProviderPayment {
  const { reference, operationType, operationDate, description } = line;
  const about = Object.hasOwn(operationTypes, operationType) ? operationTypes[operationType] : undefined;
  const out = about?.direction === 'OUT';
  // both ways of writing what went out are understood
  const minor = out && line.amount.minor < 0n ? -line.amount.minor : line.amount.minor;
  const amount = { ...line.amount, minor };
  const clear = about !== undefined && minor > 0n;
  const other = otherSide(line);
  return {
    ...untold,
    reference,
    historyReference: reference,
    kind: about?.kind ?? 'PAYOUT',
    status: clear ? 'COMPLETED' : 'UNKNOWN',
    providerStatus: operationType,
    amount,
    total: amount,
    fee: { ...amount, minor: 0n },
    source: out ? wallet : other,
    destination: out ? other : wallet,
    direction: clear ? (about?.direction ?? null) : null,
    fundingSource: out ? 'BALANCE' : null,
    description: description || null,
    createdAt: operationDate,
    completedAt: operationDate,
  };
}

/** A merchant is named by its id, if at all: of a payment it is the receiver, and of money that came back, who returned it. */
function otherSide({ operationType, description, receiver }: Line): Party {
  if (operationType !== 'PAYMENT' && !(operationType === 'REFUND' && receiver !== null))
    return external(description || operationType);
  return { kind: 'MERCHANT', reference: receiver, name: description || receiver || operationType, logoUrl: null };
}
