import { builder } from './builder.ts';

/** An enum whose values are all described, in the order given. */
export function described<Value extends string>(name: string, description: string, values: Record<Value, string>) {
  const entries = Object.entries(values) as [Value, string][];
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(entries.map(([value, text]) => [value, { description: text, value }])) as Record<
      Value,
      { description: string; value: Value }
    >,
  });
}
