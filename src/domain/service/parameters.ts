import type { ServiceParameter } from '../../connectors/catalogue.ts';
import type { Service } from '../../db/generated/client.ts';

export type { ServiceParameter } from '../../connectors/catalogue.ts';

/** What the service asks of the payer, as it was kept; empty until the service itself was read. */
export const parametersOf = ({ parameters }: Service): ServiceParameter[] =>
  parameters as unknown as ServiceParameter[];

/** Paths of place names, narrowest first; empty when it is offered everywhere. */
export const offeredIn = (service: Service): string[][] => service.offeredIn as unknown as string[][];
