import { createHash } from 'node:crypto';
import { type ErrorCode, refuse, unprocessable } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Person, Wallet } from './model.ts';
import { rubles } from './money.ts';
import { phoneField } from './wallet-codes.ts';
import type { World } from './world.ts';

/** The wallet of an authenticated call. */
export function walletOf({ caller }: Call): Wallet {
  if (caller.kind !== 'wallet') return refuse('wallet_not_found');
  return caller.wallet;
}

/** A phone as it stands in a file name or a hash. */
const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** Where the avatar is; the query changes with every upload. */
function pictureUrl(world: World, wallet: Wallet): string {
  const name = digest(wallet.phone, 24);
  const uploaded = Math.floor((wallet.picture?.uploadedAt.getTime() ?? 0) / 1000);
  return `${world.url()}/img/wallets/${name}.jpg?${uploaded}`;
}

/** The wallet that shows this picture. */
export function walletByPicture(world: World, name: string): Wallet | undefined {
  return [...world.wallets.values()].find((wallet) => digest(wallet.phone, 24) === name);
}

/** Wallet (section 2.1). */
function walletView(world: World, wallet: Wallet, mserver: boolean): Record<string, unknown> {
  const { person } = wallet;
  return {
    phone: wallet.phone,
    amount: rubles(wallet.balance),
    level: wallet.level,
    ...(person === undefined ? {} : { name: `${person.given_name} ${person.family_name}` }),
    verified: wallet.verified,
    person_status: wallet.personStatus,
    ...(wallet.picture === undefined ? {} : { picture_url: pictureUrl(world, wallet) }),
    ...(wallet.email === undefined ? {} : { email: wallet.email }),
    ...(wallet.emailSendFrequency === undefined ? {} : { email_send_frequency: wallet.emailSendFrequency }),
    ...(mserver
      ? { ...(wallet.lockMessage === undefined ? {} : { lock_message: wallet.lockMessage }) }
      : { can_use_autopayments: false, intercom_user_hash: digest(`intercom ${wallet.phone}`, 64) }),
  };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const name = (value: string): boolean => value.length <= 512;

/** Each field of a person: required, what it must satisfy, and the code when it does not (section 4.3). */
const personFields: [keyof Person & string, boolean, (value: string) => boolean, ErrorCode?][] = [
  ['family_name', true, name, 'invalid_family_name'],
  ['given_name', true, name, 'invalid_given_name'],
  ['patronymic_name', false, name, 'invalid_patronymic_name'],
  ['birth_date', false, (value) => DATE.test(value)],
  ['passport_series_number', true, (value) => /^\d{10}$/.test(value), 'invalid_passport_series_number'],
  ['passport_issued_at', false, (value) => DATE.test(value)],
  ['itn', false, (value) => /^\d{12}$/.test(value), 'invalid_itn'],
  ['ssn', false, (value) => /^\d{11}$/.test(value), 'invalid_ssn'],
];

function setPerson(world: World, call: Call): Answer {
  const wallet = walletOf(call);
  if (wallet.personStatus === 'data_verified') refuse('person_already_verified');
  const fields: Record<string, string> = {};
  for (const [key, required, valid, code] of personFields) {
    const value = call.body[key];
    if (value === undefined || value === null) {
      if (!required) continue;
    } else if (typeof value === 'string' && valid(value) && (value !== '' || !required)) {
      fields[key] = value;
      continue;
    }
    if (code === undefined) unprocessable();
    refuse(code);
  }
  const passport = fields['passport_series_number'];
  for (const other of world.wallets.values()) {
    if (other !== wallet && other.person?.passport_series_number === passport) refuse('duplicate_person');
  }
  wallet.person = { ...(fields as unknown as Person), changedAt: world.clock.now() };
  wallet.personStatus = 'data_entered';
  return { data: personView(wallet) };
}

/** Person (section 2.1); nothing when no data was entered yet. */
function personView(wallet: Wallet): Record<string, unknown> | undefined {
  if (wallet.person === undefined) return undefined;
  const { changedAt, verifiedAt, ...fields } = wallet.person;
  return {
    ...fields,
    status: wallet.personStatus,
    ...(changedAt === undefined ? {} : { changed_at: changedAt.toISOString() }),
    ...(verifiedAt === undefined ? {} : { verified_at: verifiedAt.toISOString() }),
  };
}

function find(world: World, { body, dialect }: Call): Answer {
  const given = dialect === 'bw' ? body['contacts'] : body['phones'];
  if (!Array.isArray(given)) return unprocessable();
  const phones = given.map((entry: unknown) => {
    const phone = dialect === 'bw' && typeof entry === 'object' ? (entry as { phone?: unknown } | null)?.phone : entry;
    return typeof phone === 'string' ? phone : unprocessable();
  });
  const found = phones.filter((phone) => ['active', 'reset_password'].includes(world.wallets.get(phone)?.state ?? ''));
  return { data: dialect === 'bw' ? found : found.map((phone) => ({ phone })) };
}

const FREQUENCIES = ['never', 'after_payment', 'daily', 'monthly'];

function setSettings(call: Call): Answer {
  const wallet = walletOf(call);
  const { email, email_send_frequency: frequency } = call.body;
  if (email !== undefined && (typeof email !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(email))) unprocessable();
  if (frequency !== undefined && !FREQUENCIES.includes(frequency as string)) unprocessable();
  if (email !== undefined) wallet.email = email as string;
  if (frequency !== undefined) wallet.emailSendFrequency = frequency as string;
  return {};
}

function setStatus(world: World, { body }: Call): Answer {
  const wallet = world.wallets.get(phoneField(body)) ?? refuse('wallet_not_found');
  const flags = [body['verified'], body['personified']];
  if (flags.some((flag) => flag !== undefined && flag !== true)) unprocessable();
  if (body['verified'] === true) identify(world, wallet, 'identified');
  if (body['personified'] === true) identify(world, wallet, 'personified');
  return {};
}

/** Raises the wallet's level; its data, if any, counts as verified (section 3.5). */
export function identify(world: World, wallet: Wallet, level: Wallet['level']): void {
  wallet.level = level;
  wallet.verified = level !== 'anonymous';
  if (wallet.person === undefined || level === 'anonymous') return;
  wallet.personStatus = 'data_verified';
  wallet.person.verifiedAt = world.clock.now();
}

function remove(world: World, { params }: Call): Answer {
  if (!world.wallets.delete(params['phone'] ?? '')) refuse('wallet_not_found');
  for (const [value, token] of world.tokens) if (token.wallet?.phone === params['phone']) world.tokens.delete(value);
  return {};
}

function points(world: World): Answer {
  const found = world.locations.filter(({ group }) => group === 'replenishment');
  return { data: found.map(({ name: _name, group: _group, ...point }) => point) };
}

function deletePicture(call: Call): Answer {
  delete walletOf(call).picture;
  return {};
}

/** The wallet itself: operations 8 to 17 but the upload of a picture (`picture.ts`). */
export function walletOperations(world: World): Operation[] {
  const W = { auth: 'wallet' } as const;
  return [
    {
      id: 'wallet.get',
      method: 'GET',
      path: '/wallet',
      ...W,
      scope: 'wallet.read',
      handle: (call) => ({ data: walletView(world, walletOf(call), call.dialect === 'mserver') }),
    },
    {
      id: 'wallet.delete',
      method: 'DELETE',
      path: '/wallet/:phone(^\\+\\d+$)',
      auth: 'admin',
      handle: (call) => remove(world, call),
    },
    {
      id: 'wallet.person.set',
      method: 'POST',
      path: '/wallet/person',
      ...W,
      scope: 'person.modify',
      handle: (call) => setPerson(world, call),
    },
    {
      id: 'wallet.person.get',
      method: 'GET',
      path: '/wallet/person',
      ...W,
      scope: 'person.read',
      handle: (call) => ({ data: personView(walletOf(call)) }),
    },
    { id: 'wallet.picture.delete', method: 'DELETE', path: '/wallet/picture', ...W, handle: deletePicture },
    { id: 'wallet.find', method: 'POST', path: '/wallet/find', ...W, handle: (call) => find(world, call) },
    {
      id: 'wallet.replenishment_points',
      method: 'GET',
      path: '/wallet/replenishment_points',
      ...W,
      handle: () => points(world),
    },
    { id: 'wallet.settings.set', method: 'POST', path: '/wallet/settings', ...W, handle: setSettings },
    {
      id: 'wallet.status.webhook',
      method: 'POST',
      path: '/wallet/status',
      auth: 'hook',
      handle: (call) => setStatus(world, call),
    },
  ];
}
