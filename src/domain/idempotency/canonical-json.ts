/**
 * JSON with sorted keys, without undefined members, dates as ISO text and bigints as digits: equal inputs give equal texts,
 * whatever the order in which a client wrote their fields.
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'bigint') return `"${value}"`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = value as Record<string, unknown>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member !== undefined && member !== null) text += `,${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text.slice(1)}}`;
}
