/** A column whose values are sealed by the vault. The test beside it holds the list against the Prisma schema. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The primary key, in order, with its types. */
  key: readonly { column: string; type: 'text' | 'integer' | 'bytea' }[];
  /** The columns of it that a value is bound to. */
  boundTo: readonly string[];
}

const byId = (table: string, ...columns: string[]): SealedColumn[] =>
  columns.map((column) => ({ table, column, key: [{ column: 'id', type: 'text' }], boundTo: ['id'] }));

/** Every sealed column of the database. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'fingerprint_key', column: 'value_sealed', key: [{ column: 'id', type: 'integer' }], boundTo: ['id'] },
  ...byId('provider_account', 'credentials_sealed'),
  ...byId('provider_webhook', 'key_sealed'),
  {
    table: 'webhook_secret',
    column: 'value_sealed',
    key: [
      { column: 'endpoint_id', type: 'text' },
      { column: 'number', type: 'integer' },
    ],
    boundTo: ['endpoint_id', 'number'],
  },
  ...byId('customer', 'person_sealed'),
  ...byId('wallet', 'phone_sealed', 'credentials_sealed', 'challenge_sealed'),
  ...byId('wallet_authorization', 'addresses_sealed'),
  ...byId('payment', 'destination_sealed', 'order_sealed', 'parties_sealed'),
  ...byId('card', 'facts_sealed'),
  ...byId('invoice', 'parties_sealed'),
  ...byId('payment_template', 'parameters_sealed'),
  ...byId('remittance', 'parties_sealed'),
  {
    table: 'credit_file',
    column: 'facts_sealed',
    key: [
      { column: 'session_id', type: 'text' },
      { column: 'key_hash', type: 'bytea' },
    ],
    boundTo: ['session_id'],
  },
];

/** What the vault authenticates with a value: table, column, and what of the row it is bound to. */
export function contextOf({ table, column, boundTo }: SealedColumn, row: Readonly<Record<string, unknown>>): string {
  return [`${table}.${column.replace(/_sealed$/, '')}`, ...boundTo.map((name) => String(row[name]))].join(':');
}
