import { offered, walletAccount } from './accounts.ts';
import { ownWallet } from './auth.ts';
import { malformed, walletNotFound } from './errors.ts';
import { type Operation, text, whole } from './http.ts';
import type { Account, Wallet } from './model.ts';
import { moneyView } from './money.ts';
import type { World } from './world.ts';

const ACCOUNTS = '/funding-sources/v2/persons/:personId/accounts';
const scopes = ['balance'] as const;

/** BAL-1's view; a balance that the control API hides is null once for each listing, which the retry rule answers. */
function accountView(account: Account) {
  const { alias, fsAlias, title, type, hasBalance, currency } = account;
  const hidden = account.hiddenTimes > 0;
  if (hidden) account.hiddenTimes -= 1;
  const balance = hasBalance && !hidden ? moneyView(account.balance, currency) : null;
  return { alias, fsAlias, bankAlias: 'QIWI', title, type, hasBalance, balance, currency };
}

const offersTo = ({ accounts }: Wallet) =>
  offered.filter(({ alias }) => !accounts.some((open) => open.alias === alias));

function list(world: World): Operation {
  return {
    id: 'BAL-1',
    method: 'GET',
    path: ACCOUNTS,
    auth: 'token',
    scopes,
    handle({ params, query, caller }) {
      const { accounts } = ownWallet(world, caller, params['personId']);
      if (query['timeout'] !== undefined) whole(query['timeout'], 'timeout', 0);
      return { json: { accounts: accounts.map(accountView) } };
    },
  };
}

function create(world: World): Operation {
  return {
    id: 'BAL-2',
    method: 'POST',
    path: ACCOUNTS,
    auth: 'token',
    scopes,
    body: true,
    handle({ params, body, caller }) {
      const wallet = ownWallet(world, caller, params['personId']);
      const alias = text(body, 'alias');
      const offer = offersTo(wallet).find((kind) => kind.alias === alias) ?? malformed(`${alias} cannot be created`);
      wallet.accounts.push(walletAccount(offer.alias, offer.currency));
      return { status: 201 };
    },
  };
}

function setDefault(world: World): Operation {
  return {
    id: 'BAL-4',
    method: 'PATCH',
    path: `${ACCOUNTS}/:accountAlias`,
    auth: 'token',
    scopes,
    body: true,
    handle({ params, body, caller }) {
      const wallet = ownWallet(world, caller, params['personId']);
      const account = wallet.accounts.find(({ alias }) => alias === params['accountAlias']) ?? walletNotFound();
      // T51: only true is defined.
      if (body['defaultAccount'] !== true) malformed('defaultAccount must be true');
      wallet.defaultAlias = account.alias;
      return { status: 204 };
    },
  };
}

/** BAL-1 to BAL-4 (section 2.1). */
export function balanceOperations(world: World): Operation[] {
  const offer: Operation = {
    id: 'BAL-3',
    method: 'GET',
    path: `${ACCOUNTS}/offer`,
    auth: 'token',
    scopes,
    handle: ({ params, caller }) => ({ json: offersTo(ownWallet(world, caller, params['personId'])) }),
  };
  return [list(world), create(world), offer, setDefault(world)];
}
