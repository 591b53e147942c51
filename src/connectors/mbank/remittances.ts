import type { ProviderClientRecord, Remittances } from '../catalogue.ts';
import { outcomeOf } from '../outcome.ts';
import type { RemittanceParty } from '../values.ts';
import { refusal } from './answer.ts';
import { textOrNull } from './map.ts';
import type { Parts } from './parts.ts';
import type { WireBestClient, WireBestTransfer } from './wire-records.ts';

/** REMITTANCES: the BEST network (contract 2.1 BestTransfer, 2.6, 2.11 BestClient). */
export function remittancesCapability({ client }: Parts): Remittances {
  const { best } = client.payments;
  return {
    operations: ['payments.best.log', 'payments.best.list', 'payments.best.reset_unseen', 'mserver.wallet.client'],
    record: (call, { number, sender, recipient }) =>
      outcomeOf(async () => {
        for (const digits of [number, sender.reference, recipient.reference]) {
          if (!/^[1-9]\d{0,18}$/.test(digits))
            throw refusal('payments.best.log', {
              errorCode: 'INVALID_INPUT',
              providerMessage: 'The number of a transfer and the references of its parties are digits.',
              remedy: 'CHANGE_INPUT',
            });
        }
        const party = ({ reference, phone }: typeof sender) => ({ id: reference, phone });
        await best.log(call, number, party(sender), party(recipient));
        return null;
      }),
    list: async (call) => ((await best.list(call)).data ?? []).map(mapTransfer),
    markSeen: (call) =>
      outcomeOf(async () => {
        await best.resetUnseen(call);
        return null;
      }),
    clientRecords: async (call, card) => (await client.mserver.walletClient(call, card)).data.map(mapClient),
  };
}

const mapTransfer = (transfer: WireBestTransfer) => ({
  number: transfer.number,
  amount: transfer.amount,
  fee: transfer.fee,
  charged: transfer.amount_charge,
  exchangeRate: transfer.rate,
  note: textOrNull(transfer.note),
  sender: mapParty(transfer.sender),
  recipient: mapParty(transfer.receiver),
  occurredAt: transfer.creating_date,
});

const mapParty = ({ data, address }: WireBestTransfer['sender']): RemittanceParty => ({
  firstName: textOrNull(data.firstname),
  middleName: textOrNull(data.patronymic),
  lastName: textOrNull(data.lastname),
  countryNumeric: textOrNull(data.country?.numeric),
  resident: data.isresident == null ? null : data.isresident === 1,
  phone: textOrNull(address?.phone),
});

/** An empty text means "unknown" throughout. */
function mapClient({ data, address, data_extended, identification }: WireBestClient): ProviderClientRecord {
  const street = ['street', 'house', 'house_block', 'house_building', 'flat'].flatMap((key) => address?.[key] || []);
  const passport = [identification?.series, identification?.number].filter(Boolean).join('');
  const phone = textOrNull(address?.['phone']);
  const others = { migration_card_number: data_extended?.migration_card_number };
  return {
    reference: data.id_client,
    account: textOrNull(data.account),
    cardNumber: textOrNull(data.id_card),
    person: {
      firstName: textOrNull(data.firstname),
      middleName: textOrNull(data.patronymic),
      lastName: textOrNull(data.lastname),
      birthDate: moscowDate(data_extended?.birth_day),
      passport: textOrNull(passport),
      passportIssuedAt: moscowDate(identification?.issue_date),
      inn: textOrNull(data_extended?.inn),
      snils: null,
      phone: phone && `+${phone}`,
      email: textOrNull(address?.['email']),
      address: textOrNull(street.join(', ')),
      birthPlace: textOrNull(data_extended?.birth_place),
      documentType: textOrNull(identification?.type),
      passportIssuedBy: textOrNull(identification?.issuer),
      passportIssuerCode: textOrNull(identification?.dep_code),
      nonResident: data.isresident === 0,
    },
    attributes: Object.entries(others).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
  };
}

/** The network writes a date as the Moscow midnight at which it began, in UTC. */
function moscowDate(text: string | null | undefined): string | null {
  if (!text) return null;
  const instant = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (Number.isNaN(instant.getTime())) return null;
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Moscow', dateStyle: 'short' }).format(instant);
}
