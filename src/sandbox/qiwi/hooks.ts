import { randomBytes, randomUUID } from 'node:crypto';
import { malformed, notFound, plainRefusal, Refusal } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Hook } from './model.ts';
import { notifyTest } from './notify.ts';
import type { World } from './world.ts';

const HOOKS = '/payment-notifier/v1/hooks';
const LONGEST_URL = 100;
const KEY_BYTES = 32;
const directions: Record<string, Hook['txnType']> = { '0': 'IN', '1': 'OUT', '2': 'BOTH' };
const scopes = ['payments'] as const;

const unprocessable = (description: string): never => {
  throw new Refusal(422, 'hook.invalid', description);
};

const isLocal = (host: string): boolean =>
  /^(localhost|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(host) || !host.includes('.');

/** An address that the provider can call. @throws Refusal 422; 500 when it is longer than 100 characters (trap T44) */
function checkUrl(world: World, address: string): void {
  if (address.length > LONGEST_URL) throw plainRefusal(500);
  const url = URL.canParse(address) ? new URL(address) : unprocessable('param is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') unprocessable('param must be an http or https URL');
  if (world.settings.publicHooksOnly && isLocal(url.hostname)) unprocessable('Wrong domain, subnet or host in param');
}

const hookView = ({ id, url, txnType }: Hook) => ({
  hookId: id,
  hookParameters: { url },
  hookType: 'WEB',
  txnType,
});

/** The caller's webhook; the path may name it. @throws Refusal 404 */
function active({ params, caller }: Call): Hook {
  const { hook } = caller.wallet;
  const named = params['hookId'];
  if (hook === null || (named !== undefined && named !== hook.id))
    return notFound('No active webhook', 'hook.not.found');
  return hook;
}

function register(world: World, { query, caller: { wallet } }: Call): Answer {
  const { hookType, param, txnType } = query;
  if (hookType === undefined || param === undefined || txnType === undefined)
    return malformed('hookType, param and txnType are required');
  if (hookType !== '1') unprocessable('hookType must be 1');
  const direction = directions[txnType] ?? unprocessable('txnType must be 0, 1 or 2');
  checkUrl(world, param);
  if (wallet.hook !== null) unprocessable('A webhook exists already and is active');
  wallet.hook = { id: randomUUID(), url: param, txnType: direction, key: randomBytes(KEY_BYTES) };
  return { json: hookView(wallet.hook) };
}

const keyAnswer = ({ key }: Hook): Answer => ({ status: 201, json: { key: key.toString('base64') } });

/** HOK-1 to HOK-6 (section 2.9). */
export function hookOperations(world: World): Operation[] {
  const common = { auth: 'token', scopes } as const;
  return [
    { id: 'HOK-1', method: 'PUT', path: HOOKS, ...common, handle: (call) => register(world, call) },
    {
      id: 'HOK-2',
      method: 'DELETE',
      path: `${HOOKS}/:hookId`,
      ...common,
      handle(call) {
        active(call);
        call.caller.wallet.hook = null;
        return { json: { response: 'Hook deleted' } };
      },
    },
    { id: 'HOK-3', method: 'GET', path: `${HOOKS}/:hookId/key`, ...common, handle: (call) => keyAnswer(active(call)) },
    {
      id: 'HOK-4',
      method: 'POST',
      path: `${HOOKS}/:hookId/newkey`,
      ...common,
      handle(call) {
        const hook = active(call);
        hook.key = randomBytes(KEY_BYTES);
        return keyAnswer(hook);
      },
    },
    {
      id: 'HOK-5',
      method: 'GET',
      path: `${HOOKS}/active`,
      ...common,
      handle: (call) => ({ json: hookView(active(call)) }),
    },
    {
      id: 'HOK-6',
      method: 'GET',
      path: `${HOOKS}/test`,
      ...common,
      handle(call) {
        notifyTest(world, active(call));
        return { json: { response: 'Webhook sent' } };
      },
    },
  ];
}
