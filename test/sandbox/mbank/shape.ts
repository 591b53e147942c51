/**
 * Compares an answer with a golden example: the same keys, JSON types and formats; words with a meaning (statuses, types,
 * codes) must be equal. Keys that the contract calls optional may be there or not.
 */

const OPTIONAL = new Set(
  `time urgent_data unseen_payments error_message details current_parameters range_start range_end patterns suggested_values
  default_value items service_param_pattern_id is_changed localized_fields value geo category type mserver_id keywords
  icon_url_32x32 picture_url email email_send_frequency name lock_message can_use_autopayments intercom_user_hash level
  wallet direction remote_check processed_at unseen_payments_best unseen decline_reason title subtitle description message
  changed_at verified_at birth_date en_US min max page`.split(/\s+/),
);

/** Also the keys of `suggestion_rules`, which are data. */
const optional = (key: string): boolean => OPTIONAL.has(key) || /^\+\d+$/.test(key);

const NULLABLE = new Set(
  'pattern pattern_desc min_length max_length type default_value items icon_url message status payment_id'.split(' '),
);

const EXACT = new Set('error state token_type next_action to from verified currency_alpha direction'.split(' '));

/** Several JSON types are documented for these: traps T-19 and T-38. */
const ANY_TYPE = new Set(['value', 'description']);

const FORMATS = [
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+0000$/,
  /^\d{4}-\d{2}-\d{2}$/,
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  /^[0-9a-f]{24}$/,
  /^https?:\/\//,
  /^\d{6}\*{6}\d{4}$/,
];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One object with every key that any of the examples has; keys that some lack are noted. */
function union(examples: unknown[]): { merged: unknown; missing: Set<string> } {
  const missing = new Set<string>();
  if (!examples.every(isObject)) return { merged: examples[0], missing };
  const merged: Json = {};
  for (const example of examples) for (const [key, value] of Object.entries(example)) merged[key] ??= value;
  for (const key of Object.keys(merged)) if (examples.some((example) => !(key in example))) missing.add(key);
  return { merged, missing };
}

function compareText(expected: string, actual: string, key: string, at: string): string[] {
  if (EXACT.has(key)) return expected === actual ? [] : [`${at}: ${actual} instead of ${expected}`];
  const format = FORMATS.find((candidate) => candidate.test(expected));
  return format === undefined || format.test(actual) ? [] : [`${at}: ${actual} is not like ${expected}`];
}

/** What differs, as readable lines; empty when the answer has the example's shape. */
export function differences(expected: unknown, actual: unknown, at = '$', missing = new Set<string>()): string[] {
  const key = at.split('.').pop() ?? '';
  if (expected === null) return [];
  if (actual === null) return NULLABLE.has(key) ? [] : [`${at}: null`];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${at}: not an array`];
    if (expected.length === 0) return [];
    if (actual.length === 0) return OPTIONAL.has(key) ? [] : [`${at}: empty`];
    const all = union(expected);
    return actual.flatMap((item, index) => differences(all.merged, item, `${at}[${index}]`, all.missing));
  }
  if (isObject(expected)) {
    if (!isObject(actual) && ANY_TYPE.has(key)) return [];
    if (!isObject(actual)) return [`${at}: not an object`];
    return [
      ...Object.keys(expected)
        .filter((name) => !(name in actual) && !optional(name) && !missing.has(name))
        .map((name) => `${at}.${name}: missing`),
      ...Object.keys(actual)
        .filter((name) => !(name in expected) && !optional(name))
        .map((name) => `${at}.${name}: not in the example`),
      ...Object.entries(expected).flatMap(([name, value]) =>
        name in actual ? differences(value, actual[name], `${at}.${name}`) : [],
      ),
    ];
  }
  if (typeof expected !== typeof actual && ANY_TYPE.has(key)) return [];
  if (typeof expected !== typeof actual) return [`${at}: ${typeof actual} instead of ${typeof expected}`];
  if (typeof expected === 'string') return compareText(expected, String(actual), key, at);
  return EXACT.has(key) && expected !== actual ? [`${at}: ${actual} instead of ${expected}`] : [];
}
