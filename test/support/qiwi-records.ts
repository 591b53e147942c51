import { ConfirmDowngradeDocument, IdentifyOwnerDocument, RequestDowngradeDocument } from '../../schema/operations.ts';
import { done, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite, rows } from './qiwi-desk.ts';
import { cardWrites } from './qiwi-records-cards.ts';
import { invoiceWrites } from './qiwi-records-invoices.ts';
import { receiptWrites } from './qiwi-records-receipts.ts';
import { walletWrites } from './qiwi-records-wallets.ts';
import { webhookWrites } from './qiwi-records-webhooks.ts';

const level = (desk: Desk, number: string) =>
  rows(desk, 'wallets')
    .filter(({ personId }) => personId === number)
    .map((wallet) => wallet['level']);

/** A wallet of the highest level, and what asks for its step down. */
async function fullWallet(desk: Desk) {
  const { owner, walletId } = await newWallet(desk, { level: 'FULL' });
  const input = { idempotencyKey: unique('down'), walletId, to: 'SIMPLIFIED' as const };
  const request = async () => (await desk.call(RequestDowngradeDocument, { input })).customerIdentificationDowngrade;
  const here = async () => {
    const kept = await desk.gateway.deps.db.prisma.identificationDowngrade.findMany({ where: { walletId } });
    return kept.map(({ state, reference }) => ({ state, known: reference !== null }));
  };
  return { owner, request, here };
}

const person = {
  firstName: 'Анна',
  middleName: 'Петровна',
  lastName: 'Сидорова',
  birthDate: '1991-03-04',
};

const identificationWrites: RecordWrite[] = [
  {
    title: 'data of the owner sent',
    operation: 'IDN-1',
    async prepare(desk) {
      const { owner, walletId } = await newWallet(desk, { level: 'SIMPLE' });
      // one person has a few wallets only
      const input = { walletId, person: { ...person, passport: `4501 ${owner.number.slice(-6)}` } };
      const identify = () => desk.call(IdentifyOwnerDocument, { input });
      const outcome = async () => {
        const file = await desk.qiwi.elsewhere(
          owner,
          'GET',
          `/identification/v1/persons/${owner.number}/identification`,
        );
        const { firstName, lastName } = (await file.json()) as Record<string, string>;
        const kept = await desk.gateway.deps.db.prisma.wallet.findUniqueOrThrow({ where: { id: walletId } });
        return { level: level(desk, owner.number), onFile: [firstName, lastName], here: kept.identificationLevel };
      };
      return {
        send: async () => (await identify()).customerIdentify,
        outcome,
        once: { level: ['VERIFIED'], onFile: [person.firstName, person.lastName], here: 'SIMPLIFIED' },
      };
    },
  },
  {
    title: 'step down requested',
    operation: 'IDN-3',
    async prepare(desk) {
      const { owner, request, here } = await fullWallet(desk);
      return {
        send: request,
        // a request that nobody confirms comes to nothing, so a second one at QIWI would do no harm
        outcome: async () => ({ level: level(desk, owner.number), here: await here() }),
        once: { level: ['FULL'], here: [{ state: 'CREATED', known: true }] },
      };
    },
  },
  {
    title: 'step down confirmed',
    operation: 'IDN-4',
    async prepare(desk) {
      const { owner, request, here } = await fullWallet(desk);
      const { downgrade } = done(await request(), 'CustomerIdentificationDowngradeSuccess');
      const confirm = () => desk.call(ConfirmDowngradeDocument, { downgradeId: downgrade.id });
      return {
        send: async () => (await confirm()).customerIdentificationDowngradeConfirm,
        outcome: async () => ({ level: level(desk, owner.number), here: await here() }),
        once: { level: ['VERIFIED'], here: [{ state: 'COMPLETED', known: true }] },
      };
    },
  },
];

/** Every write of QIWI that moves no money and whose answer matters. */
export const recordWrites: RecordWrite[] = [
  ...invoiceWrites,
  ...cardWrites,
  ...walletWrites,
  ...webhookWrites,
  ...identificationWrites,
  ...receiptWrites,
];
