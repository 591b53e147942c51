import { malformed } from './errors.ts';
import type { Service, ServiceKind } from './model.ts';

/** What `fields` must hold for each kind of service (section 2.7); what a kind does not know is accepted and echoed. */

type Fields = Record<string, string>;
interface Shape {
  required: readonly string[];
  constants?: Fields;
}

const account: Shape = { required: ['account'] };

const shapes: Record<Exclude<ServiceKind, 'merchant' | 'source'>, Shape> = {
  wallet: account,
  conversion: account,
  mobile: account,
  card: account,
  provider: account,
  bank: { required: ['account', 'account_type'] },
  foreignCard: {
    required: ['account', 'rem_name', 'rem_name_f', 'rec_address', 'rec_city', 'rec_country', 'reg_name', 'reg_name_f'],
  },
  kazakhCard: {
    required: ['cardNumber', 'account', 'ev_account1'],
    constants: {
      transferSum: '100',
      accept: '1',
      version: '2',
      info: 'Для продолжения оплаты, подтвердите, что являетесь держателем указанного банковского счета.',
    },
  },
  requisites: {
    required: [
      ...['name', 'extra_to_bik', 'to_bik', 'city', 'to_name', 'to_inn', 'to_kpp', 'nds', 'goal', 'urgent', 'account'],
      ...['from_name', 'from_name_p', 'from_name_f'],
    ],
    constants: { info: 'Коммерческие организации', is_commercial: '1', requestProtocol: 'qw1', toServiceId: '1717' },
  },
  masterPackage: { required: ['account'], constants: { vas_alias: 'qvc-master' } },
  masterCard: { required: ['account', 'order_id'] },
};

const byKind: Partial<Record<ServiceKind, Shape>> = shapes;
const VAT = ['НДС не облагается', 'В т.ч. НДС'];

/** Checks the fields of a payment. @throws Refusal 400 that names the field */
export function checkFields(service: Service, fields: Fields): void {
  const shape = byKind[service.kind] ?? malformed(`Payments to ${service.id} are not made here`);
  for (const name of shape.required) if (!fields[name]) malformed(`fields.${name} is required`);
  for (const [name, value] of Object.entries(shape.constants ?? {}))
    if (fields[name] !== value) malformed(`fields.${name} must be ${value}`);
  if (service.kind === 'bank') checkBank(service, fields);
  if (service.kind === 'requisites') checkRequisites(fields);
}

function oneOf(fields: Fields, name: string, values: readonly string[]): void {
  if (!values.includes(fields[name] ?? '')) malformed(`fields.${name} must be one of ${values.join(', ')}`);
}

function checkRequisites(fields: Fields): void {
  oneOf(fields, 'nds', VAT);
  oneOf(fields, 'urgent', ['0', '1']);
  if (fields['to_bik'] !== fields['extra_to_bik']) malformed('fields.to_bik and fields.extra_to_bik must be equal');
}

/** A bank transfer to an account carries `urgent` (PAY-15); one to a card does not (PAY-14). */
export const isToAccount = (fields: Fields): boolean => fields['urgent'] !== undefined;

function checkBank({ id, accountTypes = {} }: Service, fields: Fields): void {
  const { card, account: values = [], expiry, agreement } = accountTypes;
  if (!isToAccount(fields)) {
    if (card === undefined) malformed(`fields.urgent is required: ${id} takes account numbers only`);
    else oneOf(fields, 'account_type', [card]);
    if (expiry && !fields['exp_date']) malformed('fields.exp_date is required');
    return;
  }
  oneOf(fields, 'urgent', ['0', '1']);
  // T38: 3 is a contract number at the banks without a value of their own.
  oneOf(fields, 'account_type', [...values, '3']);
  for (const name of ['mfo', 'lname', 'fname', 'mname']) if (!fields[name]) malformed(`fields.${name} is required`);
  if (agreement && !fields['agrnum']) malformed('fields.agrnum is required');
}
