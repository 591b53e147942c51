import { refuse } from './errors.ts';
import type { Payment, Service, ServiceParameter } from './model.ts';

/** A pattern with a stray letter after its end, as the documents have some (trap T-17), loses the letter. */
function regexOf(pattern: string): RegExp {
  return new RegExp(pattern.replace(/\$[a-z]$/i, '$'));
}

/** A number in the provider's form (`9267101283`) where the parameter wants an international phone (trap T-16). */
function mapped(parameter: ServiceParameter, value: string): string {
  return parameter.type === 'phone' && /^\d{10}$/.test(value) ? `+7${value}` : value;
}

/** The provider's own form of a value: ten digits of a Russian phone. */
export function providerValue(parameter: ServiceParameter | undefined, value: string): string {
  return parameter?.type === 'phone' ? value.replace(/^\+7(?=\d{10}$)/, '') : value;
}

function valid(parameter: ServiceParameter, value: string): boolean {
  const { minLength, maxLength, pattern, items } = parameter;
  if (minLength !== null && value.length < minLength) return false;
  if (maxLength !== null && value.length > maxLength) return false;
  if (items !== undefined && !items.some(({ code }) => code === value)) return false;
  return pattern === null || pattern === '' || regexOf(pattern).test(value);
}

/**
 * Checks the parameters of a payment against its service (section 2.6).
 * @returns the values in the BW layer's form; unknown keys are dropped
 * @throws Refusal `missing_parameters`, `invalid_payment_parameters`
 */
export function readParameters(service: Service, given: unknown): Map<string, string> {
  if (given === undefined || given === null) refuse('missing_parameters');
  if (typeof given !== 'object' || Array.isArray(given)) return refuse('invalid_payment_parameters');
  const values = given as Record<string, unknown>;
  const read = new Map<string, string>();
  for (const parameter of service.parameters) {
    const value = values[parameter.id];
    if (value === undefined || value === null || value === '') {
      if (parameter.required) refuse('invalid_payment_parameters');
      continue;
    }
    if (typeof value !== 'string') return refuse('invalid_payment_parameters');
    const own = mapped(parameter, value);
    if (!valid(parameter, own)) refuse('invalid_payment_parameters');
    read.set(parameter.id, own);
  }
  return read;
}

/** Adds what the current step of a multi-step service asks for. @throws Refusal `invalid_payment_parameters` */
export function readStepParameters(payment: Payment, given: unknown): void {
  const { service } = payment;
  const step = service?.steps[payment.step];
  if (service === undefined || step === undefined) return;
  const read = readParameters(service, given);
  for (const asked of step.show) {
    const value = (given as Record<string, unknown>)[asked.code];
    if (!asked.editable) continue;
    if (typeof value === 'string' && value !== '') read.set(asked.code, value);
    else if (asked.required || (value !== undefined && value !== '')) refuse('invalid_payment_parameters');
  }
  payment.parameters = read;
}
