/** GraphQL says null where TypeScript says undefined: an object with its null members left out, at any depth of objects. */
export type WithoutNulls<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? WithoutNulls<Item>[]
    : T extends object
      ? { [Key in keyof T]: WithoutNulls<Exclude<T[Key], null>> }
      : Exclude<T, null>;

/** Drops members that are null; an input field set to null is the same as one left out. */
export function withoutNulls<T>(value: T): WithoutNulls<T> {
  if (Array.isArray(value)) return value.map(withoutNulls) as WithoutNulls<T>;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value as WithoutNulls<T>;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)])) as WithoutNulls<T>;
}
