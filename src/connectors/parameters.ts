import type { ServiceParameter } from './catalogue.ts';
import type { ParameterValues } from './payments.ts';

/** What is wrong with one parameter's value, in words for the payer. */
export interface ParameterIssue {
  parameterId: string;
  message: string;
}

/** Longer values are refused before any pattern of a provider is run over them. */
const LONGEST = 512;

/**
 * Checks what a payer has filled in against what the service asks, and brings it into the form that the service wants
 * (a phone with or without its country code; presets of fields that are hidden or locked). Pure.
 * @returns the values to send, and what is wrong; send only when nothing is
 */
export function checkParameters(
  parameters: readonly ServiceParameter[],
  given: ParameterValues,
): { values: ParameterValues; issues: ParameterIssue[] } {
  const known = new Set(parameters.map((parameter) => parameter.id));
  const issues: ParameterIssue[] = Object.keys(given)
    .filter((id) => !known.has(id))
    .map((id) => ({ parameterId: id, message: 'The service has no such parameter.' }));
  const values: Record<string, string> = {};
  for (const parameter of parameters) {
    const value = shaped(parameter, valueFor(parameter, given[parameter.id]));
    const message = value === '' ? missing(parameter) : wrong(parameter, value);
    if (message) issues.push({ parameterId: parameter.id, message });
    if (value !== '') values[parameter.id] = value;
  }
  return { values, issues };
}

function valueFor(parameter: ServiceParameter, given: string | undefined): string {
  const preset = parameter.hidden || parameter.disabled ? (parameter.defaultValue ?? '') : '';
  return given?.trim() || preset;
}

const missing = ({ required, title }: ServiceParameter): string | null => (required ? `"${title}" is required.` : null);

/** A Russian number is wanted with +7 here and without it there; the parameter's own pattern and lengths tell. */
function shaped(parameter: ServiceParameter, value: string): string {
  if (parameter.type !== 'PHONE') return value;
  const national = /^(?:\+?7|8)?(\d{10})$/.exec(value.replace(/[\s()-]/g, ''))?.[1];
  if (national === undefined) return value;
  const forms = [value, `+7${national}`, national, `7${national}`];
  return forms.find((form) => wrong(parameter, form) === null) ?? value;
}

function wrong(parameter: ServiceParameter, value: string): string | null {
  const { title, minLength, maxLength, patterns, options, type } = parameter;
  const longest = maxLength || LONGEST;
  if (minLength !== null && value.length < minLength) return `"${title}" is shorter than ${minLength} characters.`;
  if (value.length > longest) return `"${title}" is longer than ${longest} characters.`;
  if (type === 'SELECT' && options.length > 0 && !options.some((option) => option.code === value))
    return `"${title}" is one of ${options.map((option) => option.code).join(', ')}.`;
  if (type === 'EMAIL' && !/^[^\s@]+@[^\s@]+$/.test(value)) return `"${title}" is an e-mail address.`;
  const usable = patterns.filter(({ pattern }) => isPattern(pattern));
  if (usable.length === 0 || usable.some(({ pattern }) => new RegExp(pattern, 'u').test(value))) return null;
  const hint = usable.find(({ description }) => description)?.description;
  return hint ? `"${title}": ${hint}` : `"${title}" does not have the form that the service asks for.`;
}

/** A pattern that no engine could compile says nothing about the value. */
export function isPattern(pattern: string): boolean {
  try {
    return pattern !== '' && new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    // a SyntaxError is the answer to the question
    return false;
  }
}
