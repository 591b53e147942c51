import type { WithdrawalBank, WithdrawalTarget } from '../payees.ts';

/** How a bank's service wants its `account_type` (contract 2.7, PAY-14 and PAY-15). */
interface Bank {
  name: string;
  /** For a card's number; absent: the bank takes none. */
  card?: { accountType: string; expiry?: true };
  /** For an account's number; absent: the bank takes none. */
  account?: { accountType: string; contract?: true };
}

/** For banks without a value of their own: a contract's number instead of an account's. */
export const CONTRACT_TYPE = '3';

/** The tables of PAY-14 and PAY-15, joined by provider id (traps T37, T38). */
export const banks: Readonly<Record<string, Bank>> = {
  313: { name: 'Home Credit Bank', account: { accountType: '6', contract: true } },
  464: { name: 'Alfa-Bank', card: { accountType: '1', expiry: true }, account: { accountType: '2' } },
  804: { name: 'OTP Bank', card: { accountType: '1' }, account: { accountType: '2' } },
  810: { name: 'Rosselkhozbank', card: { accountType: '5' }, account: { accountType: '2' } },
  815: { name: 'Russian Standard', card: { accountType: '1' }, account: { accountType: '2' } },
  816: { name: 'VTB', card: { accountType: '5' }, account: { accountType: '5' } },
  819: { name: 'UniCredit Bank', account: { accountType: '2' } },
  821: { name: 'Promsvyazbank', card: { accountType: '7', expiry: true }, account: { accountType: '9' } },
  868: { name: 'QIWI Bank', account: { accountType: '2' } },
  870: { name: 'Sberbank', card: { accountType: '5' }, account: { accountType: '2' } },
  881: { name: 'Renaissance Credit', card: { accountType: '1' }, account: { accountType: '2' } },
  1134: { name: 'Moscow Credit Bank', card: { accountType: '5' }, account: { accountType: '2' } },
  27324: { name: 'Raiffeisenbank', account: { accountType: '2' } },
};

/** The bank with this provider id, if it is one. */
export const bankById = (id: string): Bank | undefined => (Object.hasOwn(banks, id) ? banks[id] : undefined);

/** Does the bank take a contract's number? Those with a value of their own for accounts document none. */
export const takesContracts = ({ account }: Bank): boolean => account?.accountType === '2';

/** The banks as callers choose among them. */
export const withdrawalBanks = (): WithdrawalBank[] =>
  Object.entries(banks).map(([id, bank]) => ({
    id,
    name: bank.name,
    legalName: null,
    bic: null,
    logoUrl: null,
    accepts: acceptedBy(bank),
    requires: [
      ...(bank.card?.expiry ? ['expiryMonth', 'expiryYear'] : []),
      ...(bank.account?.contract ? ['contractNumber'] : []),
    ],
  }));

const acceptedBy = (bank: Bank): WithdrawalTarget[] => [
  ...(bank.card ? (['CARD'] as const) : []),
  ...(bank.account ? (['ACCOUNT'] as const) : []),
  ...(takesContracts(bank) ? (['CONTRACT'] as const) : []),
];
