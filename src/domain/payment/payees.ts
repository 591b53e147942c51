import { z } from 'zod';
import type { PayeeDestination, PayerDetails } from '../../connectors/payees.ts';
import { InvalidInputError } from '../../errors.ts';
import type { KeptParty } from '../mirror/parties.ts';
import { checkPhone } from '../wallet/phone.ts';
import { bankAccountData } from './payout.ts';
import type { ServiceTarget } from './service-order.ts';

/** Whom a payout can go to; exactly one of them. */
export interface PayoutTarget extends ServiceTarget {
  card?: unknown;
  bankAccount?: unknown;
  organisation?: unknown;
  withdrawalBank?: unknown;
  merchant?: unknown;
  /** Wallets are paid by transfers; they can be named where a payment is only priced, or linked to. */
  walletId?: string | undefined;
  walletPhone?: string | undefined;
  nickname?: string | undefined;
}

const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);
const digits = (count: number) => z.string().regex(new RegExp(`^\\d{${count}}$`), `must have ${count} digits`);

/** Digits of a card's number in groups or not; its last digit checks the others (ISO/IEC 7812). */
const cardNumber = z
  .string()
  .transform((number) => number.replace(/[\s-]/g, ''))
  .pipe(z.string().regex(/^\d{13,19}$/, 'must be a card number of 13 to 19 digits'))
  .refine(passesLuhn, 'is mistyped: its last digit does not fit the others');

const personName = z.object({ firstName: text(100), middleName: text(100).optional(), lastName: text(100) });

export const cardData = z.object({
  cardId: z.string().optional(),
  number: cardNumber.optional(),
  bankId: text(20).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a code of two capital letters, such as RU')
    .optional(),
  expiryMonth: z.int().min(1, 'must be from 1 to 12').max(12, 'must be from 1 to 12').optional(),
  expiryYear: z.int().min(2000, 'must have four digits').max(2099, 'must have four digits').optional(),
  holder: personName.optional(),
});

const organisationData = z.object({
  bic: digits(9),
  account: digits(20),
  bankName: text(200),
  city: text(100),
  name: text(200),
  inn: z.string().regex(/^(\d{10}|\d{12})$/, 'must have 10 or 12 digits'),
  kpp: digits(9),
  vatIncluded: z.boolean(),
  purpose: text(210),
  urgent: z.boolean().default(false),
});

const withdrawalBankData = z.object({ bankId: text(40) });

const merchantData = z.object({ reference: text(100) });

/** What some destinations want to know of who pays. */
export const payerData = z.object({
  firstName: text(100).optional(),
  middleName: text(100).optional(),
  lastName: text(100).optional(),
  address: text(255).optional(),
  city: text(100).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a code of two capital letters, such as RU')
    .optional(),
}) satisfies z.ZodType<{ [name in keyof PayerDetails]?: string | undefined }>;

/**
 * Input in the form that is wanted.
 * @param path of it in the input, for refusals
 * @throws InvalidInputError naming each field that cannot be
 */
export function checked<Schema extends z.ZodType>(schema: Schema, given: unknown, path: string[]): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    parsed.error.issues.map((issue) => ({ path: [...path, ...issue.path.map(String)], message: issue.message })),
  );
}

/**
 * Whom a payout goes to, by its form.
 * @returns null for a service, which a catalogue knows
 * @throws InvalidInputError naming each field that cannot be
 */
export function payeeOf(target: PayoutTarget, path: string[]): PayeeDestination | null {
  if (target.phone !== undefined) {
    const phone = checkPhone(target.phone, [...path, 'phone'].join('.'));
    return { kind: 'PHONE', phone };
  }
  if (target.card !== undefined) return cardPayee(target.card, [...path, 'card']);
  if (target.bankAccount !== undefined) return accountPayee(target.bankAccount, [...path, 'bankAccount']);
  if (target.withdrawalBank !== undefined)
    return {
      kind: 'WITHDRAWAL_BANK',
      ...checked(withdrawalBankData, target.withdrawalBank, [...path, 'withdrawalBank']),
    };
  if (target.merchant !== undefined)
    return { kind: 'MERCHANT', ...checked(merchantData, target.merchant, [...path, 'merchant']) };
  for (const name of ['walletId', 'walletPhone', 'nickname'] as const) {
    if (target[name] !== undefined)
      throw new InvalidInputError([{ path: [...path, name], message: 'a wallet is paid by transferCreate.' }]);
  }
  if (target.organisation === undefined) return null;
  return { kind: 'ORGANISATION', ...checked(organisationData, target.organisation, [...path, 'organisation']) };
}

/** The payee's number with whoever pays it out: what a price is asked for. */
export function numberOf(to: PayeeDestination): string {
  switch (to.kind) {
    case 'PHONE':
      return to.phone;
    case 'CARD':
      return to.number;
    case 'WITHDRAWAL_BANK':
      return to.bankId;
    case 'MERCHANT':
      return to.reference;
    default:
      return to.account;
  }
}

/** A destination as it is kept to be shown. @param carrier the name of what pays there: an operator, a bank */
export function shownPayee(to: PayeeDestination, carrier: string): KeptParty {
  switch (to.kind) {
    case 'PHONE':
      return { kind: 'PHONE', phone: to.phone, operator: carrier };
    case 'CARD':
      return { kind: 'CARD', maskedPan: maskPan(to.number), scheme: schemeOf(to.number) };
    case 'BANK_ACCOUNT': {
      const { bic, account, purpose } = to;
      const { lastName, firstName, middleName } = to.holder;
      const holder = [lastName, firstName, middleName].filter(Boolean).join(' ');
      return { kind: 'BANK_ACCOUNT', bank: carrier, bic, account, holder, inn: null, kpp: null, purpose };
    }
    case 'ORGANISATION': {
      const { bankName: bank, bic, account, name: holder, inn, kpp, purpose } = to;
      return { kind: 'BANK_ACCOUNT', bank, bic, account, holder, inn, kpp, purpose };
    }
    case 'WITHDRAWAL_BANK':
      return { kind: 'EXTERNAL', description: carrier };
    case 'MERCHANT':
      return { kind: 'MERCHANT', reference: to.reference, name: carrier, logoUrl: null };
  }
}

function cardPayee(given: unknown, path: string[]): PayeeDestination {
  const { cardId, number, bankId, country, expiryMonth, expiryYear, holder } = checked(cardData, given, path);
  if (cardId !== undefined)
    throw new InvalidInputError([
      { path: [...path, 'cardId'], message: 'of a kept card only its mask is known here; give its `number`.' },
    ]);
  if (number === undefined)
    throw new InvalidInputError([{ path: [...path, 'number'], message: 'must be given: the number to pay to.' }]);
  return {
    kind: 'CARD',
    number,
    bankId: bankId ?? null,
    country: country ?? null,
    expiryMonth: expiryMonth ?? null,
    expiryYear: expiryYear ?? null,
    holder: holder ? { ...holder, middleName: holder.middleName ?? null } : null,
  };
}

function accountPayee(given: unknown, path: string[]): PayeeDestination {
  const data = checked(bankAccountData, given, path);
  const { bic, account, bankId, accountKind, contractNumber, urgent, purpose } = data;
  const { holderFirstName: firstName, holderMiddleName: middleName, holderLastName: lastName } = data;
  return {
    kind: 'BANK_ACCOUNT',
    bic,
    account,
    bankId: bankId ?? null,
    accountKind,
    contractNumber: contractNumber ?? null,
    urgent,
    holder: { firstName, middleName: middleName ?? null, lastName },
    purpose: purpose ?? null,
  };
}

/** The last digit of a card's number checks the others. */
function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number.parseInt(digit, 10) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The first six digits and the last four: what may be shown of a card. */
const maskPan = (number: string): string => `${number.slice(0, 6)}${'*'.repeat(number.length - 10)}${number.slice(-4)}`;

/** The payment system by the number's first digits (ISO/IEC 7812 ranges of the schemes). */
function schemeOf(number: string): string {
  const four = Number.parseInt(number.slice(0, 4), 10);
  if (four >= 2200 && four <= 2204) return 'MIR';
  if (number.startsWith('4')) return 'VISA';
  if ((four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720)) return 'MASTERCARD';
  return /^(50|5[6-9]|6)/.test(number) ? 'MAESTRO' : 'UNKNOWN';
}
