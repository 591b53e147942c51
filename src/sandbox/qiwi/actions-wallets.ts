import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { accountIn, openAccount } from './accounts.ts';
import { currencies, rubles, walletNumber, walletOf } from './actions-input.ts';
import { limitTypes } from './limits.ts';
import type { LimitType, Minor } from './model.ts';
import { notifyTest } from './notify.ts';
import { issueToken, newWallet, scopes } from './seed.ts';
import { walletState } from './state.ts';
import type { World } from './world.ts';

const byWallet = z.strictObject({ wallet: walletNumber });
const levels = z.enum(['ANONYMOUS', 'SIMPLE', 'VERIFIED', 'FULL']);
const newToken = (): string => randomBytes(16).toString('hex');

/** Wallets, their balances and what they may do. */
function walletActions(world: World): Record<string, Action> {
  const created = byWallet.extend({
    token: z.string().optional(),
    level: levels.default('VERIFIED'),
    amount: rubles.default(0n),
  });
  const balance = byWallet.extend({ amount: rubles, currency: currencies.default(643) });
  return {
    'wallet.create': action('a wallet with a token and a rouble balance', created, (input) => {
      if (!/^\d{10,15}$/.test(input.wallet)) throw new ControlError('a wallet number is 10 to 15 digits');
      if (world.wallets.has(input.wallet)) throw new ControlError(`wallet ${input.wallet} exists`);
      const wallet = newWallet(world, { personId: input.wallet, level: input.level, balances: {} });
      openAccount(wallet, 643).balance = input.amount;
      world.wallets.set(input.wallet, wallet);
      const token = input.token ?? newToken();
      issueToken(world, wallet, token);
      return { ...walletState(wallet), token };
    }),
    'wallet.balance': action('set a balance; it is opened when it is not', balance, (input) => {
      openAccount(walletOf(world, input.wallet), input.currency).balance = input.amount;
    }),
    'wallet.hide': action(
      'the next listings (times) show this balance as null (section 2.1, retry rule)',
      byWallet.extend({ currency: currencies.default(643), times: z.number().int().min(0).default(1) }),
      ({ wallet, currency, times }) => {
        const account = accountIn(walletOf(world, wallet), currency);
        if (account === undefined) throw new ControlError(`wallet ${wallet} has no balance in ${currency}`);
        account.hiddenTimes = times;
      },
    ),
    'wallet.block': action('block the wallet', byWallet, ({ wallet }) => {
      walletOf(world, wallet).blocked = true;
    }),
    'wallet.unblock': action('unblock the wallet', byWallet, ({ wallet }) => {
      walletOf(world, wallet).blocked = false;
    }),
    'wallet.restrict': action(
      'block outgoing payments (RST-1), or let them again',
      byWallet.extend({ outgoing: z.boolean().default(true) }),
      ({ wallet, outgoing }) => {
        walletOf(world, wallet).outgoingBlocked = outgoing;
      },
    ),
    'wallet.limits': action(
      'limits and what is spent of them elsewhere, in roubles',
      byWallet.extend({
        max: z.partialRecord(z.enum(limitTypes), rubles).default({}),
        spent: z.partialRecord(z.enum(limitTypes), rubles).default({}),
      }),
      ({ wallet: personId, max, spent }) => {
        const wallet = walletOf(world, personId);
        wallet.limits = { ...wallet.limits, ...(max as Partial<Record<LimitType, Minor>>) };
        wallet.spentElsewhere = { ...wallet.spentElsewhere, ...(spent as Partial<Record<LimitType, Minor>>) };
      },
    ),
    'webhook.test': action('send the test notification to the wallet’s webhook', byWallet, ({ wallet }) => {
      const { hook } = walletOf(world, wallet);
      if (hook === null) throw new ControlError(`wallet ${wallet} has no webhook`);
      notifyTest(world, hook);
    }),
  };
}

/** Tokens: issued, expired, with fewer rights. */
function tokenActions(world: World): Record<string, Action> {
  const granted = z.array(z.enum(['profile', 'balance', 'history', 'payments', 'cards']));
  return {
    'token.issue': action(
      'a new token; the wallet’s older ones die',
      byWallet.extend({ token: z.string().optional(), scopes: granted.default([...scopes]) }),
      ({ wallet, token = newToken(), scopes: rights }) => {
        issueToken(world, walletOf(world, wallet), token, rights);
        return { token };
      },
    ),
    'token.expire': action('the wallet’s token expires now', byWallet, ({ wallet: personId }) => {
      const wallet = walletOf(world, personId);
      for (const token of world.tokens.values()) if (token.wallet === wallet) token.expiresAt = world.clock.now();
    }),
  };
}

/** Services of the catalogue. */
function serviceActions(world: World): Record<string, Action> {
  const byId = z.strictObject({ id: z.coerce.number().int() });
  const service = (id: number) => {
    const found = world.services.get(id);
    if (found === undefined) throw new ControlError(`no service ${id}`);
    return found;
  };
  return {
    'service.suspend': action(
      'payments to a service end with an errorCode',
      byId.extend({ errorCode: z.number().int().min(1).default(300) }),
      ({ id, errorCode }) => {
        service(id).suspended = errorCode;
      },
    ),
    'service.resume': action('payments to a service go through again', byId, ({ id }) => {
      delete service(id).suspended;
    }),
    'service.rate': action(
      'the commission of a service: fix in roubles and basis points (2 % is 200)',
      byId.extend({ fix: rubles.default(0n), basisPoints: z.number().int().min(0).default(0) }),
      ({ id, fix, basisPoints }) => {
        service(id).rate = { fix, basisPoints };
      },
    ),
  };
}

/** Actions on wallets, tokens and services. */
export const holderActions = (world: World): Record<string, Action> => ({
  ...walletActions(world),
  ...tokenActions(world),
  ...serviceActions(world),
});
