import type { CapabilityCode } from '../../connectors/connector.ts';
import { checkParameters } from '../../connectors/parameters.ts';
import type { Service } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { findRoute, type Route } from '../provider/route.ts';
import { findService, freshService } from '../service/find-service.ts';
import { parametersOf, type ServiceParameter } from '../service/parameters.ts';
import { serviceFee } from '../service/service-fee.ts';
import { serviceOfPhone } from '../service/service-of-phone.ts';

/** Whom to pay: a service of a catalogue, or the mobile operator of a phone. */
export interface ServiceTarget {
  service?: { serviceId: string; parameters: { id: string; value: string }[] } | undefined;
  phone?: string | undefined;
}

/** A payee that was found, read anew from its provider, and whose parameters are right. */
export interface ServiceOrder {
  service: Service;
  route: Route;
  parameters: Record<string, string>;
  /** By the service's tariff, minor units; the provider's own total decides. */
  feeMinor: bigint;
}

interface About {
  amount: MinorAmount;
  capability: CapabilityCode;
  provider?: string | undefined;
  /** Of the destination in the input. */
  path: string[];
}

type ServiceDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Finds the payee and checks what its provider would refuse, before anything is stored or sent: offline services, amounts
 * out of bounds, parameters that do not fit the service's own patterns. Calls the provider; not for use inside a transaction.
 * @throws NotFoundError, NotSupportedError, ProviderUnavailableError; InvalidInputError naming each parameter and its remedy
 */
export async function orderService(
  deps: ServiceDeps,
  partnerId: string,
  target: ServiceTarget,
  about: About,
): Promise<ServiceOrder> {
  const { prisma } = deps.db;
  const found = target.phone
    ? await serviceOfPhone(deps, prisma, partnerId, target.phone, [...about.path, 'phone'].join('.'))
    : await findService(deps, prisma, partnerId, target.service?.serviceId ?? '');
  if (!found) throw new NotFoundError(target.phone ? 'A mobile operator for this phone' : 'The service');
  if (about.provider && about.provider !== found.provider) {
    throw new NotSupportedError(
      about.provider,
      about.capability,
      'The service belongs to another provider; leave `provider` out.',
    );
  }
  const wishes = { capability: about.capability, provider: found.provider, origin: found.origin };
  const route = await findRoute(deps, prisma, partnerId, wishes);
  return orderFound(deps, route, found, target, about);
}

/**
 * The same for a payee whose service has been found.
 * @throws NotFoundError, NotSupportedError, ProviderUnavailableError, InvalidInputError
 */
export async function orderFound(
  deps: ServiceDeps,
  route: Route,
  found: Service,
  target: ServiceTarget,
  about: About,
): Promise<ServiceOrder> {
  // a provider that publishes no list tells of a service only when it is searched for: what it told then stands
  const live = route.connector.services?.liveSearch === true;
  const service = live ? found : await freshService(deps, route.account, found.providerReference);
  checkService(service, about.amount, about.path);
  const asked = parametersOf(service);
  const given = target.phone
    ? forPhone(asked, target.phone)
    : Object.fromEntries(target.service?.parameters.map(({ id, value }) => [id, value]) ?? []);
  const { values, issues } = checkParameters(asked, given);
  if (issues.length > 0) {
    throw new InvalidInputError(
      issues.map(({ parameterId, message }) => ({
        path: [...about.path, ...(target.phone ? ['phone'] : ['service', 'parameters', parameterId])],
        message,
      })),
    );
  }
  return { service, route, parameters: { ...values }, feeMinor: serviceFee(service, about.amount.minor) };
}

function checkService(service: Service, amount: MinorAmount, path: string[]): void {
  const at = (message: string) => new InvalidInputError([{ path: [...path, 'service'], message }]);
  if (!service.online || service.removedAt) throw at('is offline at its provider; try later or choose another.');
  if (amount.currency !== service.currency)
    throw InvalidInputError.at('input.amount.currency', `the service takes ${service.currency}.`);
  const { minMinor, maxMinor } = service;
  if (minMinor !== null && amount.minor < minMinor)
    throw InvalidInputError.at('input.amount.amount', 'is below what the service takes (see minAmount).');
  if (maxMinor !== null && amount.minor > maxMinor)
    throw InvalidInputError.at('input.amount.amount', 'is above what the service takes (see maxAmount).');
}

/** A mobile operator asks for one thing: the phone. */
function forPhone(parameters: readonly ServiceParameter[], phone: string): Record<string, string> {
  const visible = parameters.filter((parameter) => !parameter.hidden && !parameter.disabled);
  const field = visible.find((parameter) => parameter.type === 'PHONE') ?? visible[0];
  return field ? { [field.id]: phone } : {};
}
