/**
 * The credential in an Authorization value.
 * @param header the value, such as `Bearer ksh_…`; the scheme's case does not matter
 * @returns the credential without its scheme, or null when there is none. A value of another scheme counts as a wrong credential
 */
export function bearerOf(header: string | null | undefined): string | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  return /^Bearer\s+(\S+)$/i.exec(text)?.[1] ?? text;
}
