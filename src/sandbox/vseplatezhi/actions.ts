import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { byWallet, namedWallet, rubles } from './actions-input.ts';
import { moneyActions } from './actions-money.ts';
import { systemLimits } from './limit-rules.ts';
import { levels, type Partner } from './model.ts';
import { seedBanks } from './seed.ts';
import { walletState } from './state.ts';
import type { World } from './world.ts';

/** How the contract is read; what is not named stays. */
function settingsAction(world: World): Action {
  const settings = z.strictObject({
    execution: z.enum(['complete', 'pending']).optional(),
    reportLagMs: z.number().int().min(0).optional(),
    amounts: z.enum(['number', 'text']).optional(),
    receiver: z.enum(['tcp', 'tsp']).optional(),
    single: z.enum(['array', 'object']).optional(),
    errorBody: z.enum(['empty', 'object']).optional(),
    fieldErrors: z.enum(['object', 'array', 'null', 'absent']).optional(),
    usedToken: z.enum(['refused', 'answered']).optional(),
  });
  return action(`how the contract is read: ${Object.keys(settings.shape).join(', ')}`, settings, (input) => {
    Object.assign(world.settings, input);
    return world.settings;
  });
}

/** What the provider's staff does to wallets and limits. */
function walletActions(world: World): Record<string, Action> {
  const some = { balance: rubles.optional(), oneTime: rubles.optional(), month: rubles.optional() };
  const given = (limits: Record<keyof typeof some, bigint | undefined>) =>
    Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return {
    'wallet.balance': action('set a balance', byWallet.extend({ amount: rubles }), ({ wallet: name, amount }) => {
      const wallet = namedWallet(world, name);
      wallet.balance = amount;
      return walletState(wallet);
    }),
    'wallet.close': action('close a wallet, whatever is in it', byWallet, ({ wallet: name }) => {
      const wallet = namedWallet(world, name);
      wallet.closed = true;
      return walletState(wallet);
    }),
    'wallet.limits': action(
      'system limits of one wallet: balance, oneTime, month in rubles',
      byWallet.extend(some),
      ({ wallet: name, balance, oneTime, month }) => {
        const wallet = namedWallet(world, name);
        wallet.system = { ...systemLimits(world, wallet), ...given({ balance, oneTime, month }) };
      },
    ),
    'limits.system': action(
      'system limits of a level: balance, oneTime, month in rubles',
      z.strictObject({ level: z.enum(levels), ...some }),
      ({ level, balance, oneTime, month }) => {
        const limits = world.systemLimits.get(level);
        if (limits === undefined) throw new ControlError(`no limits of ${level}`);
        world.systemLimits.set(level, { ...limits, ...given({ balance, oneTime, month }) });
      },
    ),
  };
}

/** Tokens and the credentials that buy them. */
function accessActions(world: World): Record<string, Action> {
  const byClient = z.strictObject({ clientId: z.string().default('partner-1') });
  const partnerOf = (clientId: string): Partner => {
    const partner = world.partners.get(clientId);
    if (partner === undefined) throw new ControlError(`no partner ${clientId}`);
    return partner;
  };
  const grantsOf = (clientId: string) => {
    const partner = partnerOf(clientId);
    return world.grants.filter((grant) => grant.partner === partner);
  };
  return {
    'token.expire': action('the partner’s access tokens expire now; refresh tokens stay', byClient, ({ clientId }) => {
      for (const grant of grantsOf(clientId)) grant.accessUntil = world.clock.now();
    }),
    'token.revoke': action('the partner’s tokens of both kinds are gone', byClient, ({ clientId }) => {
      for (const grant of grantsOf(clientId)) world.grants.splice(world.grants.indexOf(grant), 1);
    }),
    'client.secret': action(
      'another clientSecret',
      byClient.extend({ clientSecret: z.string().min(1) }),
      ({ clientId, clientSecret }) => {
        partnerOf(clientId).clientSecret = clientSecret;
      },
    ),
  };
}

/** The banks and the merchants that money can go to. */
function receiverActions(world: World): Record<string, Action> {
  const byBank = z.strictObject({ bankIdentifier: z.coerce.string() });
  const byMerchant = z.strictObject({ tsp: z.string().min(1) });
  return {
    'bank.remove': action('withdrawals to a bank are no longer offered', byBank, ({ bankIdentifier }) => {
      if (!world.banks.delete(bankIdentifier)) throw new ControlError(`no bank ${bankIdentifier}`);
    }),
    'bank.restore': action('a bank of the seed is offered again', byBank, ({ bankIdentifier }) => {
      const bank = seedBanks.find((candidate) => candidate.bankIdentifier === bankIdentifier);
      if (bank === undefined) throw new ControlError(`no bank ${bankIdentifier}`);
      world.banks.set(bankIdentifier, bank);
    }),
    'merchant.add': action(
      'a further receiver of payments',
      byMerchant.extend({ name: z.string().min(1) }),
      ({ tsp, name }) => {
        world.merchants.set(tsp, { tsp, name });
      },
    ),
    'merchant.remove': action('payments to a receiver are refused', byMerchant, ({ tsp }) => {
      if (!world.merchants.delete(tsp)) throw new ControlError(`no merchant ${tsp}`);
    }),
  };
}

/** Every action of the VsePlatezhi emulator's control API. */
export const vseplatezhiActions = (world: World): Record<string, Action> => ({
  settings: settingsAction(world),
  ...moneyActions(world),
  ...walletActions(world),
  ...accessActions(world),
  ...receiverActions(world),
});
