import { checkParameters } from '../../connectors/parameters.ts';
import type { Service } from '../../db/generated/client.ts';
import { type InputIssue, InvalidInputError, type MinorAmount, NotFoundError } from '../../errors.ts';
import { checkAmount } from '../payment/new-payment.ts';
import { readUpstream } from '../provider/errors.ts';
import { belongs, type CatalogueKey, partnerCatalogues } from '../service/catalogue.ts';
import { detailedServices, findService } from '../service/find-service.ts';
import { parametersOf } from '../service/parameters.ts';
import type { TemplateDeps } from './store.ts';

const MAX_NAME = 255;

/** What a template holds, as it is wanted. */
export interface TemplateContent {
  name: string;
  visibility: 'PRIVATE' | 'PUBLIC';
  amount: MinorAmount | null;
  amountLocked: boolean;
  values: Record<string, string>;
  lockedParameters: string[];
}

/**
 * A service of the partner's catalogues with what it asks of the payer. Not for use inside a transaction: the provider is
 * asked when the service was not read lately.
 * @param only the catalogue that it has to be of, for a wallet that a provider keeps
 * @throws NotFoundError, InvalidInputError, ProviderRejectedError, ProviderUnavailableError
 */
export async function templateService(
  deps: TemplateDeps,
  partnerId: string,
  serviceId: string,
  only: CatalogueKey | null,
): Promise<Service> {
  const { prisma } = deps.db;
  const found = await findService(deps, prisma, partnerId, serviceId);
  if (!found) throw new NotFoundError('The service');
  if (only && !belongs(found, [only])) {
    throw InvalidInputError.at('input.serviceId', 'belongs to another provider than the wallet; name one of its own.');
  }
  return detailed(deps, partnerId, found);
}

/** The service of a template that is there, also when its catalogue has it no longer. */
export async function serviceOfTemplate(deps: TemplateDeps, partnerId: string, serviceId: string): Promise<Service> {
  return detailed(deps, partnerId, await deps.db.prisma.service.findUniqueOrThrow({ where: { id: serviceId } }));
}

async function detailed(deps: TemplateDeps, partnerId: string, found: Service): Promise<Service> {
  const catalogues = await partnerCatalogues(deps, deps.db.prisma, partnerId);
  const [service = found] = await detailedServices(deps, catalogues, [found]);
  return readUpstream(async () => {
    if (service instanceof Error) throw service;
    return service;
  });
}

/** Values by the ids of their parameters. @throws InvalidInputError for one that is given twice */
export function valuesOf(parameters: readonly { id: string; value: string }[]): Record<string, string> {
  const twice = parameters.find(({ id }, index) => parameters.findIndex((other) => other.id === id) !== index);
  if (twice) throw new InvalidInputError([{ path: ['input', 'parameters', twice.id], message: 'is given twice.' }]);
  return Object.fromEntries(parameters.map(({ id, value }) => [id, value]));
}

/**
 * Checks a template against its service. Values may be missing: they are filled in when it is paid; what is there has to
 * fit, and what is locked has to be there.
 * @returns the same with values in the form that the service wants
 * @throws InvalidInputError naming each field and its remedy
 */
export function checkContent(service: Service, content: TemplateContent): TemplateContent {
  const name = content.name.trim();
  if (name === '' || name.length > MAX_NAME)
    throw InvalidInputError.at('input.name', `must have 1 to ${MAX_NAME} characters.`);
  checkTemplateAmount(service, content);
  const asked = parametersOf(service);
  const given = new Set(Object.keys(content.values).filter((id) => content.values[id]?.trim() !== ''));
  const checked = checkParameters(asked, content.values);
  const known = new Set(asked.map(({ id }) => id));
  const issues: InputIssue[] = checked.issues
    .filter(({ parameterId }) => given.has(parameterId) || !known.has(parameterId))
    .map(({ parameterId, message }) => ({ path: ['input', 'parameters', parameterId], message }));
  const lockedParameters = [...new Set(content.lockedParameters)];
  for (const id of lockedParameters) {
    const at = { path: ['input', 'lockedParameters', id] };
    if (!known.has(id)) issues.push({ ...at, message: 'The service has no such parameter.' });
    else if (checked.values[id] === undefined)
      issues.push({ ...at, message: 'is locked without a value; give one in `parameters`.' });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  const values = Object.entries(checked.values).filter(([id]) => given.has(id));
  return { ...content, name, lockedParameters, values: Object.fromEntries(values) };
}

function checkTemplateAmount(service: Service, { amount, amountLocked }: TemplateContent): void {
  if (!amount) {
    if (amountLocked) throw InvalidInputError.at('input.amountLocked', 'an amount that is not there cannot be locked.');
    return;
  }
  checkAmount(amount, 'input.amount');
  if (amount.currency !== service.currency)
    throw InvalidInputError.at('input.amount.currency', `the service takes ${service.currency}.`);
  if (service.minMinor !== null && amount.minor < service.minMinor)
    throw InvalidInputError.at('input.amount.amount', 'is below what the service takes (see minAmount).');
  if (service.maxMinor !== null && amount.minor > service.maxMinor)
    throw InvalidInputError.at('input.amount.amount', 'is above what the service takes (see maxAmount).');
}
