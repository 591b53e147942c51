import { randomInt } from 'node:crypto';
import { refuse } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { SecurityCode, Wallet } from './model.ts';
import { newWallet } from './seed.ts';
import { checkDigit } from './verhoeff.ts';
import type { World } from './world.ts';

const PHONE = /^\+[1-9]\d{9,14}$/;
const CODE_LIVES_MS = 15 * 60_000;
const MESSAGES = 5;
const WRONG_TRIES = 5;

/** A phone in international form from a body field. @throws Refusal `missing_phone`, `invalid_phone` */
export function phoneField(body: Call['body']): string {
  const phone = body['phone'];
  if (phone === undefined || phone === null || phone === '') refuse('missing_phone');
  if (typeof phone !== 'string' || !PHONE.test(phone)) refuse('invalid_phone');
  return phone;
}

function passwordField(body: Call['body']): string {
  const password = body['password'];
  if (password === undefined || password === null || password === '') refuse('missing_password');
  if (typeof password !== 'string' || password.length < 6) refuse('invalid_password');
  return password;
}

function known(world: World, body: Call['body']): Wallet {
  return world.wallets.get(phoneField(body)) ?? refuse('wallet_not_found');
}

/** Sends a new code, which replaces the old one; the answer shows it, as the sandbox does (section 2.4). */
function sendCode(world: World, wallet: Wallet, purpose: keyof Wallet['codes']): Answer {
  const before: SecurityCode | undefined = wallet.codes[purpose];
  if (before !== undefined && before.failures > WRONG_TRIES) refuse('failure_limit_exceeded');
  if (before !== undefined && before.messages >= MESSAGES) refuse('resend_limit_exceeded');
  const value = String(randomInt(0, 1_000_000)).padStart(6, '0');
  const counts = { failures: before?.failures ?? 0, messages: (before?.messages ?? 0) + 1 };
  wallet.codes[purpose] = { value, sentAt: world.clock.now(), ...counts };
  return { data: { phone: wallet.phone, check_digit: checkDigit(value) }, dev: { security_code: value } };
}

/** Section 3.5, security code. @throws Refusal when it is not the code sent last, too old, or tried too often */
function useCode(world: World, wallet: Wallet, purpose: keyof Wallet['codes'], given: unknown): void {
  if (given === undefined || given === null || given === '') refuse('missing_code');
  const code = wallet.codes[purpose];
  if (code === undefined) refuse('invalid_code');
  if (code.failures > WRONG_TRIES) refuse('failure_limit_exceeded');
  if (given !== code.value) {
    code.failures += 1;
    refuse(code.failures > WRONG_TRIES ? 'failure_limit_exceeded' : 'invalid_code');
  }
  if (world.clock.now().getTime() - code.sentAt.getTime() > CODE_LIVES_MS) refuse('code_expired');
  delete wallet.codes[purpose];
}

function create(world: World, { body }: Call): Answer {
  const phone = phoneField(body);
  const password = passwordField(body);
  const existing = world.wallets.get(phone);
  if (existing?.state === 'inactive') refuse('wallet_not_active', { status: 422 });
  if (existing !== undefined) refuse('phone_already_exists');
  const wallet = newWallet(phone, password);
  world.wallets.set(phone, wallet);
  return sendCode(world, wallet, 'activation');
}

function activate(world: World, { body }: Call): Answer {
  const wallet = known(world, body);
  if (body['code'] === undefined) refuse('missing_code');
  if (wallet.state !== 'inactive') refuse('already_active');
  useCode(world, wallet, 'activation', body['code']);
  wallet.state = 'active';
  return { data: { phone: wallet.phone } };
}

function resend(world: World, { body }: Call): Answer {
  const wallet = known(world, body);
  if (wallet.state !== 'inactive') refuse('already_active');
  return sendCode(world, wallet, 'activation');
}

function resettable(world: World, body: Call['body']): Wallet {
  const wallet = known(world, body);
  if (wallet.state === 'inactive') refuse('wallet_not_active');
  if (wallet.state === 'disabled') refuse('wallet_disabled', { details: wallet.lockMessage ?? '' });
  return wallet;
}

function resetPassword(world: World, { body }: Call): Answer {
  const wallet = resettable(world, body);
  if (body['code'] === undefined) refuse('missing_code');
  const password = passwordField(body);
  useCode(world, wallet, 'reset', body['code']);
  wallet.password = password;
  wallet.state = 'active';
  return { data: { phone: wallet.phone } };
}

/** Wallet creation, activation, codes and passwords: operations 3 to 7. */
export function walletCodeOperations(world: World): Operation[] {
  const post = { method: 'POST', auth: 'none' } as const;
  return [
    { id: 'wallet.create', path: '/wallet', ...post, handle: (call) => create(world, call) },
    { id: 'wallet.activate', path: '/wallet/activate', ...post, handle: (call) => activate(world, call) },
    { id: 'wallet.resend_code', path: '/wallet/resend_code', ...post, handle: (call) => resend(world, call) },
    {
      id: 'wallet.send_password_reset_code',
      path: '/wallet/send_password_reset_code',
      ...post,
      handle: ({ body }) => sendCode(world, resettable(world, body), 'reset'),
    },
    {
      id: 'wallet.reset_password',
      path: '/wallet/reset_password',
      ...post,
      handle: (call) => resetPassword(world, call),
    },
  ];
}
