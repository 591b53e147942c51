import type { Caller } from './auth.ts';
import { askedBy, checkedBillId, createBill } from './bill-create.ts';
import { closeBill, expireDue } from './bill-engine.ts';
import { billParts } from './bill-notify.ts';
import { notFound, Refusal } from './errors.ts';
import type { Operation } from './http.ts';
import type { Bill, KeyPair } from './model.ts';
import { stampMs } from './time.ts';
import type { World } from './world.ts';

/** The P2P API of bills (appendix A), authorised with a secret key. */

const BILL = '/partner/bill/v1/bills/:billId';
const common = { auth: 'secret', scopes: [] } as const;

/** The link of a bill's payment page. */
export const payUrl = (world: World, { uid }: Pick<Bill, 'uid'>): string => `${world.url()}/form/?invoice_uid=${uid}`;

function view(world: World, bill: Bill) {
  const { siteId, billId, amount, ...asSent } = billParts(bill);
  return {
    siteId,
    billId,
    amount,
    status: { value: bill.status, changedDateTime: stampMs(bill.changedAt) },
    ...asSent,
    creationDateTime: stampMs(bill.createdAt),
    expirationDateTime: bill.expirationText,
    payUrl: payUrl(world, bill),
  };
}

/** The key pair that was shown; the authentication has let nothing else through. */
function keysOf({ keys }: Caller): KeyPair {
  if (keys === null) throw new Error('a P2P call without its key pair');
  return keys;
}

function find(world: World, caller: Caller, billId: string | undefined): Bill {
  expireDue(world);
  const found = world.bills.get(`${keysOf(caller).siteId}/${billId}`);
  return found ?? notFound('Invoice not found', 'api.invoice.not.found');
}

/** P2P-1 to P2P-3. */
export function billOperations(world: World): Operation[] {
  return [
    {
      id: 'P2P-1',
      method: 'PUT',
      path: BILL,
      ...common,
      body: true,
      handle({ params, body, caller }) {
        expireDue(world);
        const billId = checkedBillId(params['billId'] ?? '');
        return { json: view(world, createBill(world, keysOf(caller), billId, askedBy(body))) };
      },
    },
    {
      id: 'P2P-2',
      method: 'GET',
      path: BILL,
      ...common,
      handle: ({ params, caller }) => ({ json: view(world, find(world, caller, params['billId'])) }),
    },
    {
      id: 'P2P-3',
      method: 'POST',
      path: `${BILL}/reject`,
      ...common,
      handle({ params, caller }) {
        const bill = find(world, caller, params['billId']);
        // A repeated call finds it rejected; what is paid or expired is not "unpaid" any more.
        if (bill.status === 'PAID' || bill.status === 'EXPIRED')
          throw new Refusal(400, 'api.invoice.not.cancelable', `The invoice is ${bill.status}`);
        closeBill(world, bill, 'REJECTED', world.clock.now());
        return { json: view(world, bill) };
      },
    },
  ];
}
