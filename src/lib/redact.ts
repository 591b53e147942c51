/** What must never reach a log or a stored payload, as patterns over text. */
const patterns: [RegExp, string][] = [
  [/\b(ksh_[A-Za-z0-9]{4})[A-Za-z0-9_-]+/g, '$1…'],
  [/\bwhsec_[A-Za-z0-9+/=]+/g, 'whsec_…'],
  [/\bkadm_[A-Za-z0-9_-]+/g, 'kadm_…'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, '[token]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._-]+/gi, '$1 [redacted]'],
  [/(postgres(?:ql)?:\/\/[^:/@\s]+):[^@\s]+@/g, '$1:…@'],
  [/\b(\d{6})\d{6,9}(\d{4})\b/g, '$1…$2'],
  [/\+\d{7,15}\b/g, '+…'],
];

/**
 * Text with keys, tokens, card numbers and phone numbers cut out of it.
 * @param text any text on its way to a log or a stored payload
 */
export function redactText(text: string): string {
  return patterns.reduce((out, [pattern, replacement]) => out.replace(pattern, replacement), text);
}
