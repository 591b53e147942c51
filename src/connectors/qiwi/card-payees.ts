import type { Call } from '../connector.ts';
import type { Payee, PayeeDestination, PayeeIssue, PayerDetails, PersonName } from '../payees.ts';
import { bankById } from './banks.ts';
import { elementOf } from './client-payments.ts';
import { isRefusal, type Parts } from './parts.ts';
import { services } from './status.ts';

type CardDestination = Extract<PayeeDestination, { kind: 'CARD' }>;
type Resolved = Payee | { issues: PayeeIssue[] };

/** One thing wrong with the destination. */
export const wrong = (field: string, message: string): { issues: PayeeIssue[] } => ({
  issues: [{ of: 'destination', field, message }],
});

/** Countries whose cards PAY-9 knows (trap T73). */
const domestic = new Set(['RU', 'BY']);

/** A payout to a card: through the issuing bank's own service, by PAY-9, to Kazakhstan, or abroad. */
export async function resolveCard(
  parts: Parts,
  call: Call,
  card: CardDestination,
  payer: PayerDetails,
): Promise<Resolved> {
  if (!/^\d{13,19}$/.test(card.number)) return wrong('number', 'A card number has 13 to 19 digits.');
  if (card.bankId !== null) return bankCard(card, card.bankId);
  if (card.country === 'KZ')
    return {
      serviceReference: services.kazakhCard,
      serviceName: 'Card of a bank in Kazakhstan',
      parameters: { cardNumber: card.number },
    };
  if (card.country !== null && !domestic.has(card.country)) return foreignCard(card, payer);
  const id = await domesticService(parts, call, card.number);
  if (id === null)
    return wrong('number', 'The provider knows no service for this card. For a foreign one, name its country.');
  return { serviceReference: id, serviceName: 'Card', parameters: { account: card.number } };
}

/**
 * PAY-9: the service that pays to this card.
 * @returns null when the provider names none
 */
export async function domesticService({ client }: Parts, call: Call, number: string): Promise<string | null> {
  try {
    return elementOf(await client.payees.card(call, number), 'termsId');
  } catch (error) {
    // what it does not know, it calls malformed or not found
    if (isRefusal(error, (status) => status === 400 || status === 404)) return null;
    throw error;
  }
}

/** PAY-14. */
function bankCard(card: CardDestination, bankId: string): Resolved {
  const bank = bankById(bankId);
  if (!bank?.card) return wrong('bankId', 'This bank takes no cards. withdrawalBanks lists those that do.');
  const { accountType, expiry } = bank.card;
  const { number, expiryMonth, expiryYear, holder } = card;
  if (expiry && (expiryMonth === null || expiryYear === null)) {
    const missing = { expiryMonth, expiryYear };
    return {
      issues: Object.entries(missing).flatMap(([field, value]) =>
        value === null ? [{ of: 'destination', field, message: `${bank.name} wants the card's expiry.` }] : [],
      ),
    };
  }
  return {
    serviceReference: bankId,
    serviceName: bank.name,
    parameters: {
      account: number,
      account_type: accountType,
      ...(expiry ? { exp_date: monthAndYear(expiryMonth ?? 0, expiryYear ?? 0) } : {}),
      ...(holder ? holderFields(holder) : {}),
    },
  };
}

/** `MMYY` (contract 1.4). */
const monthAndYear = (month: number, year: number): string =>
  `${month.toString().padStart(2, '0')}${(year % 100).toString().padStart(2, '0')}`;

/** The recipient's name; whoever has no patronymic sends none. */
export const holderFields = ({ lastName, firstName, middleName }: PersonName): Record<string, string> => ({
  ...(lastName ? { lname: lastName } : {}),
  fname: firstName,
  ...(middleName ? { mname: middleName } : {}),
});

/** The scheme by the number's first digits. */
export function schemeOf(number: string): 'VISA' | 'MASTERCARD' | 'MIR' | null {
  if (number.startsWith('4')) return 'VISA';
  const four = Number.parseInt(number.slice(0, 4), 10);
  if (four >= 2200 && four <= 2204) return 'MIR';
  return (four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720) ? 'MASTERCARD' : null;
}

/** PAY-11. The field names mislead: `rec_*` is the sender's address, `reg_*` the recipient's name (trap T34). */
function foreignCard({ number, holder }: CardDestination, payer: PayerDetails): Resolved {
  const scheme = schemeOf(number);
  if (scheme !== 'VISA' && scheme !== 'MASTERCARD')
    return wrong('number', 'Abroad, only Visa and Mastercard can be paid to.');
  const { firstName, lastName, address, city, country } = payer;
  const issues: PayeeIssue[] = [
    ...missing('payer', { firstName, lastName, address, city, country }),
    ...missing('destination', { firstName: holder?.firstName, lastName: holder?.lastName ?? undefined }, 'holder.'),
  ];
  if (issues.length > 0) return { issues };
  return {
    serviceReference: scheme === 'VISA' ? services.foreignVisa : services.foreignMastercard,
    serviceName: scheme === 'VISA' ? 'Visa card of a foreign bank' : 'Mastercard of a foreign bank',
    parameters: {
      account: number,
      rem_name: firstName ?? '',
      rem_name_f: lastName ?? '',
      rec_address: address ?? '',
      rec_city: city ?? '',
      rec_country: countryName(country ?? ''),
      reg_name: holder?.firstName ?? '',
      reg_name_f: holder?.lastName ?? '',
    },
  };
}

/** An issue for each of these fields that is not known. */
export const missing = (of: PayeeIssue['of'], fields: Record<string, string | undefined>, within = ''): PayeeIssue[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    value ? [] : [{ of, field: `${within}${name}`, message: 'The provider wants it for this payment.' }],
  );

const regions = new Intl.DisplayNames('ru', { type: 'region', fallback: 'code' });

/** As the documents write it (`Россия`), from a code of ISO 3166-1; any other text as it is. */
const countryName = (country: string): string =>
  /^[A-Z]{2}$/.test(country) ? (regions.of(country) ?? country) : country;
