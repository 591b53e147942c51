import {
  CancelInvoiceDocument,
  CreateInvoiceDocument,
  IssueCredentialDocument,
  RejectInvoiceDocument,
  WalletInvoicesDocument,
} from '../../schema/operations.ts';
import { done, rub, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite, rows } from './qiwi-desk.ts';

const inputOf = (recipientWalletId: string) => ({
  idempotencyKey: unique('invoice'),
  recipientWalletId,
  amount: rub('30'),
});

/** A wallet that has the keys for its invoices, and the states of those it has issued. */
async function issuer(desk: Desk) {
  const { owner, walletId } = await newWallet(desk);
  const keys = { idempotencyKey: unique('keys'), walletId, name: 'p2p' };
  const issueKeys = async () => (await desk.call(IssueCredentialDocument, { input: keys })).walletIssueCredential;
  const input = inputOf(walletId);
  const issue = async () => (await desk.call(CreateInvoiceDocument, { input })).invoiceCreate;
  const outcome = async () => {
    const there = rows(desk, 'bills').filter(({ wallet }) => wallet === owner.number);
    const here = await desk.gateway.deps.db.prisma.invoice.findMany({ where: { recipientWalletId: walletId } });
    return { there: there.map(({ status }) => status), here: here.map(({ state }) => state) };
  };
  return { issueKeys, issue, outcome };
}

/** The writes about invoices and about the keys that they need. */
export const invoiceWrites: RecordWrite[] = [
  {
    title: 'keys issued',
    operation: 'INV-1',
    async prepare(desk) {
      const { issueKeys, issue, outcome } = await issuer(desk);
      let issued: ReturnType<typeof issue> | null = null;
      return {
        send: issueKeys,
        // the keys that are kept are good: an invoice is issued with them
        async outcome() {
          issued ??= issue();
          done(await issued, 'InvoiceCreateSuccess');
          return outcome();
        },
        once: { there: ['WAITING'], here: ['CREATED'] },
      };
    },
  },
  {
    title: 'invoice issued',
    operation: 'P2P-1',
    async prepare(desk) {
      const { issueKeys, issue, outcome } = await issuer(desk);
      done(await issueKeys(), 'WalletIssueCredentialSuccess');
      return { send: issue, outcome, once: { there: ['WAITING'], here: ['CREATED'] } };
    },
  },
  {
    title: 'invoice cancelled',
    operation: 'P2P-3',
    async prepare(desk) {
      const { issue, outcome } = await issuer(desk);
      const { invoice } = done(await issue(), 'InvoiceCreateSuccess');
      const cancel = () => desk.call(CancelInvoiceDocument, { invoiceId: invoice.id });
      const send = async () => (await cancel()).invoiceCancel;
      return { send, outcome, once: { there: ['REJECTED'], here: ['CANCELLED'] } };
    },
  },
  {
    title: 'invoice rejected',
    operation: 'INV-4',
    async prepare(desk) {
      const { owner, walletId } = await newWallet(desk);
      desk.qiwi.act('invoice.issue', { wallet: owner.number, amount: 30 });
      const read = () => desk.call(WalletInvoicesDocument, { id: walletId, direction: 'INCOMING' });
      const listed = async () => (await read()).wallet?.invoices.edges.map(({ node }) => node) ?? [];
      const [invoice] = await listed();
      const reject = () => desk.call(RejectInvoiceDocument, { invoiceId: invoice?.id ?? '' });
      const outcome = async () => {
        const there = rows(desk, 'invoices').filter(({ wallet }) => wallet === owner.number);
        return { there: there.map(({ status }) => status), here: (await listed()).map(({ state }) => state) };
      };
      const send = async () => (await reject()).invoiceReject;
      return { send, outcome, once: { there: ['REJECTED'], here: ['REJECTED'] } };
    },
  },
];
