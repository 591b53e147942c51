import { beforeAll, describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument, CreatePayoutDocument, CreateTopUpDocument } from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, openShop } from '../support/builders.ts';
import { type CallFault, callFaults, PATIENCE } from '../support/call-faults.ts';
import { figures } from '../support/provider-wallets.ts';
import { lookAfter } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { house, openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';
import { toBank, toMerchant, vsePlatezhiMoney } from '../support/vseplatezhi-money.ts';
import { fundedWalletOf } from '../support/wallets.ts';

/**
 * Every write of VsePlatezhi that moves money, each fault, over HTTP: paid once by both or by neither. All of them meet a fault at once,
 * so that its silence is waited for once.
 */

const gateway = await startTestApp({ patience: PATIENCE });
const shop = await openShop(gateway);
const { call } = shop;
const theirs = await startVsePlatezhi(gateway, shop.id);
const money = vsePlatezhiMoney(gateway, theirs, shop.apiKey, call);
const { confirm, details, lines, payout, payoutInput, reconciled, topUpInput, until } = money;
const { prisma, pool } = gateway.deps.db;

const spoil = (operation: string, fault: CallFault) =>
  theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation, times: 1, ...fault });
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const charged = (rubles: string) => (1_000 - Number.parseFloat(rubles)).toFixed(2);

/** A wallet that pays: at VsePlatezhi with a thousand rubles, or a LOCAL one that pays through the house wallet. */
interface Payer {
  id: string;
  /** Whose report has the line. */
  at: { walletId: string };
}
async function payer(local: boolean): Promise<Payer> {
  if (local) return { id: await fundedWalletOf(call, newPhone(), '1000'), at: house };
  const { id, phone } = await openedWallet(call, { identification: 'FULL' });
  const [there] = theirs.wallets(phone);
  const at = { walletId: there?.walletId ?? '' };
  theirs.act('deposit', { wallet: at.walletId, amount: 1_000 });
  await reconciled(id);
  return { id, at };
}
const spent = (at: Payer['at'], amount: string) =>
  lines(at).filter(({ type, amount: told }) => (type === 'PAYMENT' || type === 'DEBIT') && told === amount);
const refills = ({ walletId }: Payer['at']) =>
  (theirs.act('refills', { wallet: walletId }) as { refills: { amount: string }[] }).refills;

/** A write that meets a fault, and what has to come of it. */
interface Ready {
  send(): Promise<unknown>;
  settle(acted: boolean): Promise<void>;
}
type Write = [title: string, operation: string, prepare: (amount: string) => Promise<Ready>];

function paying(operation: string, destination: typeof toMerchant | typeof toBank, local = false) {
  return async (amount: string): Promise<Ready> => {
    const { id: from, at } = await payer(local);
    const id = await payout(from, destination, amount);
    return {
      send: () => call(ConfirmPaymentDocument, { paymentId: id }),
      async settle(acted) {
        expect((await details(id)).status).toMatch(/PROCESSING|COMPLETED/);
        const { status } = await details(id);
        if (!acted && status === 'PROCESSING') {
          // neither paid nor given back: the money stays held
          expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: amount });
          expect(spent(at, amount)).toEqual([]);
        }
        await lookAfter(gateway, id, 1);
        if (!acted && operation === 'withdrawal.init') {
          await expect.poll(() => asksOf(id), { timeout: 20_000 }).toBeGreaterThan(0);
          expect((await details(id)).status).toBe('PROCESSING');
          await lookAfter(gateway, id, 10);
          await until(id, 'DECLINED');
          expect(spent(at, amount)).toEqual([]);
          expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '0.00' });
          return;
        }
        await until(id, 'COMPLETED');
        expect(spent(at, amount)).toHaveLength(1);
        expect(await figures(call, from)).toMatchObject({ posted: charged(amount), pending: '0.00' });
      },
    };
  };
}
const asksOf = async (paymentId: string) => {
  const { operations } = await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });
  return operations.filter((operation) => operation === 'account.report').length;
};

function initialising(local: boolean) {
  return async (amount: string): Promise<Ready> => {
    const { id: from, at } = await payer(local);
    const input = payoutInput(from, toMerchant, amount);
    const create = async () => present((await call(CreatePayoutDocument, { input })).payoutCreate, 'an answer');
    return {
      send: create,
      async settle() {
        expect(spent(at, amount)).toEqual([]);
        expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '0.00' });
        const again = await create();
        expect(again).toMatchObject({ __typename: 'PayoutCreateSuccess', replayed: true });
        const id = 'payment' in again ? again.payment.id : '';
        await confirm(id);
        await until(id, 'COMPLETED');
        expect(spent(at, amount)).toHaveLength(1);
        expect(await figures(call, from)).toMatchObject({ posted: charged(amount), pending: '0.00' });
        expect(await prisma.payment.count({ where: { sourceWalletId: from, kind: 'PAYOUT' } })).toBe(1);
      },
    };
  };
}

function toppingUp() {
  return async (amount: string): Promise<Ready> => {
    const { id, phone } = await openedWallet(call, { identification: 'FULL' });
    const at = { walletId: theirs.wallets(phone)[0]?.walletId ?? '' };
    const input = topUpInput(id, amount);
    const create = async () => (await call(CreateTopUpDocument, { input })).topUpCreate;
    const links = () => refills(at).filter((refill) => refill.amount === amount).length;
    return {
      send: create,
      async settle(acted) {
        const again = await create();
        expect(again).toMatchObject({ __typename: 'TopUpCreateSuccess', replayed: true });
        const payment = again && 'payment' in again ? again.payment : null;
        expect(payment?.status).toBe('PROCESSING');
        // a link that nobody was shown is not made again, and nobody can pay it
        expect(links()).toBe(acted ? 1 : 0);
        await pool.query(`UPDATE payment SET expires_at = now() WHERE id = $1`, [payment?.id]);
        await until(payment?.id ?? '', 'EXPIRED');
        expect(links()).toBe(acted ? 1 : 0);
        expect(await figures(call, id)).toMatchObject({ posted: '0.00', pending: '0.00' });
      },
    };
  };
}

const writes: Write[] = [
  ['A payment to a merchant is initialised', 'payment.init', initialising(false)],
  ['A merchant is paid', 'payment.execute', paying('payment.execute', toMerchant)],
  ['A merchant is paid out of a LOCAL wallet', 'payment.execute', paying('payment.execute', toMerchant, true)],
  ['A payment to a merchant is initialised for a LOCAL wallet', 'payment.init', initialising(true)],
  ['Money is withdrawn to a bank', 'withdrawal.init', paying('withdrawal.init', toBank)],
  ['A link to top up is made', 'account.refill', toppingUp()],
];
const titles = writes.map(([title, operation]) => [title, operation] as const);

describe.each(callFaults.map(([title, fault], index) => [title, fault, index] as const))(
  'A write that %s',
  (_title, fault, row) => {
    const cases = new Map<string, Ready>();
    beforeAll(async () => {
      // lines of the house wallet are told apart by their amounts
      for (const [index, [title, , prepare]] of writes.entries())
        cases.set(title, await prepare(`${100 + row}.${10 + index}`));
      const sent = writes.map(([title, operation]) => {
        spoil(operation, fault);
        return present(cases.get(title), title).send();
      });
      await Promise.all(sent);
      expect(theirs.sandbox.control.faults()).toEqual([]);
      theirs.sandbox.control.releaseAnswers();
    }, 120_000);

    test.each(titles)(
      '%s (%s): once, or not at all.',
      async (title) => {
        await present(cases.get(title), title).settle(fault.when === 'after' || fault.kind === 'hold');
        await booksAreRight();
      },
      60_000,
    );
  },
);

describe('The tokens are renewed in the middle of a payment, and the call', () => {
  test.each(callFaults)(
    '%s: it is paid once.',
    async (_title, fault) => {
      const { id: from, at } = await payer(false);
      const id = await payout(from, toMerchant, '100');
      theirs.act('token.expire');
      spoil('auth.refresh', fault);
      await confirm(id);
      theirs.sandbox.control.releaseAnswers();
      await money.askNow(id);
      await until(id, 'COMPLETED');
      expect(spent(at, '100.00')).toHaveLength(1);
      expect(await figures(call, from)).toEqual({ posted: '900.00', pending: '0.00', upstream: '900.00' });
      await booksAreRight();
    },
    60_000,
  );
});
