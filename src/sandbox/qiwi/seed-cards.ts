import { issueCard } from './card-issue.ts';
import type { Wallet } from './model.ts';
import type { World } from './world.ts';

/** A wallet with the QIWI Master package and the card of the documents' list (MST-5). */
export function seedCards(world: World, wallet: Wallet): void {
  wallet.master = true;
  issueCard(world, wallet, 'qvc-cpa', {
    id: 133789472,
    longId: '2001291110576200000',
    txnId: '2001291110576200000',
    alias: 'Yandex',
    pan: '4890494512339078',
    cvv: '111',
  });
}
