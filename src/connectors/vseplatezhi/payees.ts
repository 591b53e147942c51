import type { Payee, PayeeIssue, Payees } from '../payees.ts';
import type { Parts } from './parts.ts';

/** The two ways out of a wallet; this provider has no catalogue in which they would stand. */
export const services = { merchant: 'merchant', withdrawal: 'withdrawal' } as const;

const wrong = (field: string, message: string): { issues: PayeeIssue[] } => ({
  issues: [{ of: 'destination', field, message }],
});

const OTHERWISE =
  'VsePlatezhi pays merchants, and the owner’s own account at a bank: give a merchant or a withdrawalBank.';
const fieldOf = { PHONE: 'phone', CARD: 'number', BANK_ACCOUNT: 'account', ORGANISATION: 'account' } as const;

/** Payees of PAYOUTS: merchants by their id, banks by the list of `withdrawal.banks`. */
export function payees({ client }: Parts): Payees {
  return {
    async resolve(call, to): Promise<Payee | { issues: PayeeIssue[] }> {
      switch (to.kind) {
        case 'MERCHANT': {
          const { reference } = to;
          if (reference.trim() === '') return wrong('reference', 'must be the id of a merchant.');
          return { serviceReference: services.merchant, serviceName: reference, parameters: { tsp: reference } };
        }
        case 'WITHDRAWAL_BANK': {
          const { banks } = await client.withdrawal.banks(call);
          const bank = banks.find(({ bankIdentifier }) => bankIdentifier === to.bankId);
          if (!bank) return wrong('bankId', 'is no bank of this provider. withdrawalBanks lists them.');
          const parameters = { bankIdentifier: bank.bankIdentifier };
          return { serviceReference: services.withdrawal, serviceName: bank.name, parameters };
        }
        default:
          return wrong(fieldOf[to.kind], OTHERWISE);
      }
    },
    async banks(call) {
      const { banks } = await client.withdrawal.banks(call);
      return banks.map(({ bankIdentifier, name, originalName, bic, logoUrl }) => ({
        id: bankIdentifier,
        name,
        legalName: originalName || null,
        bic: bic || null,
        logoUrl: logoUrl || null,
        accepts: ['OWN_ACCOUNT'],
        requires: [],
      }));
    },
  };
}
