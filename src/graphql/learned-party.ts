import { CardScheme } from '../db/generated/enums.ts';
import { type KeptParty, openParties } from '../domain/mirror/parties.ts';
import type { BriefPayment } from '../domain/payment/payment-row.ts';
import { mayAct } from '../domain/payment/store.ts';
import { seesPersonalData, signedIn } from './access.ts';
import type { Context } from './context.ts';
import type { PartyView } from './party.ts';
import { maskNumbers, maskPhone } from './person.ts';

/** One side of a payment that was learned from its provider, so far as the provider tells of it; null for any other payment. */
export function learnedParty(
  payment: BriefPayment,
  side: 'source' | 'destination',
  context: Context,
): PartyView | null {
  const party = openParties(context.deps.vault, payment)?.[side];
  if (!party) return null;
  // whom a customer pays the customer knows; who pays a customer is somebody else's data
  const whole = seesPersonalData(context, side === 'destination' ? payment.sourceCustomerId : null);
  return viewOf(payment, party, whole, mayAct(signedIn(context), payment));
}

function viewOf(payment: BriefPayment, party: KeptParty, whole: boolean, isMaker: boolean): PartyView {
  switch (party.kind) {
    case 'WALLET':
      return { party: 'WALLET', walletId: null, phone: party.phone && !whole ? maskPhone(party.phone) : party.phone };
    case 'CARD':
      return { party: 'CARD', cardId: payment.cardId, maskedPan: party.maskedPan, scheme: schemeOf(party.scheme) };
    case 'SERVICE':
      return {
        party: 'SERVICE',
        serviceId: payment.serviceId ?? '',
        account: isMaker ? shown(party.account, whole) : null,
      };
    case 'PHONE':
      return { party: 'PHONE', phone: whole ? party.phone : maskPhone(party.phone), operator: party.operator };
    case 'MERCHANT':
      return { party: 'MERCHANT', reference: party.reference, name: party.name, logoUrl: party.logoUrl };
    case 'BANK_ACCOUNT': {
      const { kind: _, account, holder, inn, ...told } = party;
      // a company is no person; a taxpayer number of twelve digits is a person's
      const isCompany = inn?.length === 10;
      const name = whole || isCompany ? holder : holder.replace(/^(\S+)/, (last) => `${last.slice(0, 1)}.`);
      return {
        party: 'BANK_ACCOUNT',
        ...told,
        purpose: whole || told.purpose === null ? told.purpose : maskNumbers(told.purpose),
        inn: whole || isCompany || inn === null ? inn : `•••${inn.slice(-2)}`,
        holder: name,
        account: whole ? account : `•••${account.slice(-4)}`,
      };
    }
    case 'EXTERNAL':
      return { party: 'EXTERNAL', description: whole ? party.description : maskNumbers(party.description) };
  }
}

const schemeOf = (scheme: string): CardScheme =>
  Object.values(CardScheme).find((known) => known === scheme) ?? 'UNKNOWN';

const shown = (account: string | null, whole: boolean): string | null =>
  account === null || whole
    ? account
    : `•••${account.slice(account.length - Math.min(4, Math.trunc(account.length / 2)))}`;
