import { randomUUID } from 'node:crypto';
import { ownWallet } from './auth.ts';
import { malformed, notFound } from './errors.ts';
import { type Call, type Operation, text } from './http.ts';
import type { Downgrade } from './model.ts';
import type { World } from './world.ts';

/** Section 3.4: from professional to main identification, asked for, confirmed, then processed. */

const OPERATIONS = '/qw-ident-downgrade-api/v1/persons/:wallet/identification-downgrade/operations';
const scopes = ['profile'] as const;

/**
 * IN_PROGRESS → SUCCESS, when the wallet still has the professional level, else FAIL: "downgrade impossible".
 * An operation that has ended stays as it is.
 */
export function processDowngrade(downgrade: Downgrade, result: 'SUCCESS' | 'FAIL' = 'SUCCESS'): void {
  if (downgrade.status !== 'IN_PROGRESS') return;
  const { identification } = downgrade.wallet;
  downgrade.status = identification.level === 'FULL' ? result : 'FAIL';
  if (downgrade.status === 'SUCCESS') identification.level = 'VERIFIED';
}

/** The operation of the path, which must be the caller's. @throws Refusal 404 (convention) */
function find(world: World, { params, caller }: Call): Downgrade {
  const wallet = ownWallet(world, caller, params['wallet']);
  const found = world.downgrades.get(params['operationId'] ?? '');
  return found?.wallet === wallet ? found : notFound('No such downgrade operation');
}

/** Before it is confirmed an operation is IN_PROGRESS too (trap T57). */
const view = ({ id, status }: Downgrade) => ({
  downgradeOperation: { downgradeOperationId: id, status: { type: status } },
});

function create(world: World): Operation {
  return {
    id: 'IDN-3',
    method: 'POST',
    path: OPERATIONS,
    auth: 'token',
    scopes,
    body: true,
    handle({ params, body, caller }) {
      const wallet = ownWallet(world, caller, params['wallet']);
      if (text(body, 'identificationLevel') !== 'VERIFIED') malformed('identificationLevel must be VERIFIED');
      const downgrade: Downgrade = { id: randomUUID(), wallet, status: 'IN_PROGRESS', confirmed: false };
      world.downgrades.set(downgrade.id, downgrade);
      return { json: { downgradeOperationId: downgrade.id } };
    },
  };
}

function confirm(world: World): Operation {
  return {
    id: 'IDN-4',
    method: 'PUT',
    path: `${OPERATIONS}/:operationId/confirm`,
    auth: 'token',
    scopes,
    body: true,
    handle(call) {
      const downgrade = find(world, call);
      if (Object.keys(call.body).length > 0) malformed('The body must be the empty object');
      const answer = { json: view(downgrade) };
      const first = !downgrade.confirmed;
      downgrade.confirmed = true;
      // The confirmation is answered first and processed afterwards: IDN-5 is there to see the end.
      if (first && world.settings.execution === 'complete') processDowngrade(downgrade);
      return answer;
    },
  };
}

/** IDN-3 to IDN-5 (section 2.3). */
export function downgradeOperations(world: World): Operation[] {
  const status: Operation = {
    id: 'IDN-5',
    method: 'GET',
    path: `${OPERATIONS}/:operationId`,
    auth: 'token',
    scopes,
    handle: (call) => ({ json: view(find(world, call)) }),
  };
  return [create(world), confirm(world), status];
}
