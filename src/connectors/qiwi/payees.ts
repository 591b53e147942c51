import type { Call } from '../connector.ts';
import type { Payee, PayeeDestination, PayeeIssue, Payees, PayerDetails } from '../payees.ts';
import { bankById, CONTRACT_TYPE, takesContracts, withdrawalBanks } from './banks.ts';
import { missing, resolveCard, wrong } from './card-payees.ts';
import { bareNumber } from './config.ts';
import type { Parts } from './parts.ts';
import { services } from './status.ts';
import type { WireOperator } from './wire-payments.ts';

type Resolved = Payee | { issues: PayeeIssue[] };
type Account = Extract<PayeeDestination, { kind: 'BANK_ACCOUNT' }>;
type Organisation = Extract<PayeeDestination, { kind: 'ORGANISATION' }>;

/** Payees of PAYOUTS: which service pays there, and the fields that it is sent (contract 2.7). */
export const payees = (parts: Parts): Payees => ({
  resolve: async (call, to, payer) => {
    switch (to.kind) {
      case 'PHONE':
        return resolvePhone(parts, call, to.phone);
      case 'CARD':
        return resolveCard(parts, call, to, payer);
      case 'BANK_ACCOUNT':
        return resolveAccount(to);
      case 'ORGANISATION':
        return resolveOrganisation(to, payer);
      case 'WITHDRAWAL_BANK':
        return wrong('bankId', 'The provider pays to accounts by their number: give a bankAccount.');
      case 'MERCHANT':
        return wrong('reference', 'The provider pays merchants as services of its catalogue: give a service.');
    }
  },
  banks: async () => withdrawalBanks(),
});

/** A phone as PAY-8 takes it: 11 digits, the first one 7; null for any other. */
export function operatorPhone(phone: string): string | null {
  const national = /^(?:7|8)(\d{10})$/.exec(bareNumber(phone))?.[1];
  return national ? `7${national}` : null;
}

/** PAY-8: the operator of a phone; null when the provider knows none. */
export async function operatorOf({ client }: Parts, call: Call, phone: string): Promise<WireOperator | null> {
  const { mobileOperatorProviderList: found } = await client.payees.operators(call, phone);
  return found[0] ?? null;
}

/** PAY-7: ten digits without the country's. */
async function resolvePhone(parts: Parts, call: Call, phone: string): Promise<Resolved> {
  const number = operatorPhone(phone);
  if (!number) return wrong('phone', 'Phones of Russia and Kazakhstan can be paid to: +7 and ten digits.');
  const operator = await operatorOf(parts, call, number);
  if (!operator) return wrong('phone', 'The provider knows no operator of this phone.');
  return {
    serviceReference: operator.id,
    serviceName: operator.shortName,
    parameters: { account: number.slice(1) },
  };
}

/** PAY-15. */
function resolveAccount(to: Account): Resolved {
  const { bankId, bic, account, accountKind, contractNumber, urgent, holder } = to;
  const bank = bankId === null ? undefined : bankById(bankId);
  if (!bank?.account || bankId === null)
    return wrong('bankId', 'Choose the bank. withdrawalBanks lists those that take accounts.');
  if (accountKind === 'CONTRACT' && !takesContracts(bank))
    return wrong('accountKind', `${bank.name} is paid by an account's number.`);
  const issues: PayeeIssue[] = [
    ...(/^\d{9}$/.test(bic) ? [] : wrong('bic', 'A BIK has nine digits.').issues),
    ...missing('destination', {
      lastName: holder.lastName ?? undefined,
      // every documented request has it
      middleName: holder.middleName ?? undefined,
    }),
    ...(bank.account.contract && !contractNumber
      ? wrong('contractNumber', `${bank.name} wants the number of the contract, too.`).issues
      : []),
  ];
  if (issues.length > 0) return { issues };
  return {
    serviceReference: bankId,
    serviceName: bank.name,
    parameters: {
      account,
      account_type: accountKind === 'CONTRACT' ? CONTRACT_TYPE : bank.account.accountType,
      urgent: urgent ? '1' : '0',
      mfo: bic,
      lname: holder.lastName ?? '',
      fname: holder.firstName,
      mname: holder.middleName ?? '',
      ...(bank.account.contract ? { agrnum: contractNumber ?? '' } : {}),
    },
  };
}

/** PAY-17: constants and names as documented; `from_*` is the payer (trap T34). */
function resolveOrganisation(to: Organisation, payer: PayerDetails): Resolved {
  const { firstName, middleName, lastName } = payer;
  const issues: PayeeIssue[] = [
    ...missing('payer', { firstName, middleName, lastName }),
    ...(/^\d{9}$/.test(to.bic) ? [] : wrong('bic', 'A BIK has nine digits.').issues),
  ];
  if (issues.length > 0) return { issues };
  return {
    serviceReference: services.requisites,
    serviceName: to.name,
    parameters: {
      name: to.bankName,
      extra_to_bik: to.bic,
      to_bik: to.bic,
      city: to.city,
      info: 'Коммерческие организации',
      is_commercial: '1',
      to_name: to.name,
      to_inn: to.inn,
      to_kpp: to.kpp,
      nds: to.vatIncluded ? 'В т.ч. НДС' : 'НДС не облагается',
      goal: to.purpose,
      urgent: to.urgent ? '1' : '0',
      account: to.account,
      from_name: firstName ?? '',
      from_name_p: middleName ?? '',
      from_name_f: lastName ?? '',
      requestProtocol: 'qw1',
      toServiceId: services.requisites,
    },
  };
}
