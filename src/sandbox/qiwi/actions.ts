import { z } from 'zod';
import { type Action, action } from '../provider.ts';
import { billActions } from './actions-bills.ts';
import { cardActions } from './actions-cards.ts';
import { paymentActions } from './actions-payments.ts';
import { personActions } from './actions-person.ts';
import { holderActions } from './actions-wallets.ts';
import type { World } from './world.ts';

/** How the contract is read; what is not named stays. */
function settingsAction(world: World): Action {
  const settings = z.strictObject({
    execution: z.enum(['complete', 'pending']).optional(),
    refusals: z.enum(['history', 'http']).optional(),
    emptyHistory: z.enum(['notFound', 'empty']).optional(),
    historyLagMs: z.number().int().min(0).optional(),
    receiptsReady: z.boolean().optional(),
    rateLimit: z.boolean().optional(),
    cardExpiry: z.boolean().optional(),
    publicHooksOnly: z.boolean().optional(),
  });
  return action(`how the contract is read: ${Object.keys(settings.shape).join(', ')}`, settings, (input) => {
    Object.assign(world.settings, input);
    return world.settings;
  });
}

/** Every action of the QIWI emulator's control API. */
export const qiwiActions = (world: World): Record<string, Action> => ({
  settings: settingsAction(world),
  ...paymentActions(world),
  ...holderActions(world),
  ...personActions(world),
  ...cardActions(world),
  ...billActions(world),
  mails: action('receipts sent by e-mail so far', z.strictObject({}), () => world.mails),
});
