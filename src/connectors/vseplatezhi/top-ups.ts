import { outcomeOf } from '../outcome.ts';
import type { TopUps } from '../payments.ts';
import { protocol } from './answer.ts';
import { fastPayment, mapLine, untold, wallet } from './map.ts';
import { amountOut } from './money.ts';
import type { Parts } from './parts.ts';
import { findLine } from './report.ts';

const OPERATION = 'account.refill';
/** How long a link can be paid (contract 3.2, a reading). */
const LINK_LIVES_MS = 15 * 60_000;

/**
 * TOP_UPS (contract 3.2): the provider answers a link by which the owner pays from their bank's application. The operation has
 * no number: ours stands for it, and a CREDIT of its amount in the report proves it.
 */
export function topUpsCapability(parts: Parts): TopUps {
  const { client, clock } = parts;
  return {
    operations: [OPERATION, 'account.report'],
    method: 'FAST_PAYMENT',
    payableForMs: LINK_LIVES_MS,
    clientIds: 'INCREASING_DIGITS',
    createRepeatable: true,
    // each call makes another link (trap T-22)
    confirmRepeatable: false,
    confirm: (call, { clientId, order: { amount } }) =>
      outcomeOf(async () => {
        const answer = await client.refill(call, amountOut(OPERATION, amount));
        if (answer.amount.minor !== amount.minor)
          throw protocol(OPERATION, 'ECHO_MISMATCH', 'the answer speaks of another amount');
        return {
          ...untold,
          reference: clientId,
          clientId,
          kind: 'TOP_UP',
          status: 'PROCESSING',
          providerStatus: 'LINK_ISSUED',
          amount,
          total: amount,
          fee: { ...amount, minor: 0n },
          nextAction: { kind: 'PAYLOAD', payload: answer.payload },
          source: fastPayment,
          destination: wallet,
          direction: 'IN',
          createdAt: clock.now(),
        };
      }),
    async ask(call, { clientId, order: { amount }, others }) {
      const line = await findLine(parts, call, { clientId, amount, type: 'CREDIT', others });
      if (line) return { ...mapLine(line), reference: clientId, clientId };
      // a link that nobody has paid, and one that has run out, leave no trace: nothing may be concluded
      return {
        ...untold,
        reference: clientId,
        clientId,
        kind: 'TOP_UP',
        status: 'UNKNOWN',
        providerStatus: 'NOT_IN_REPORT',
        amount,
        total: null,
        fee: null,
        source: fastPayment,
        destination: wallet,
        direction: 'IN',
        createdAt: clock.now(),
      };
    },
  };
}
