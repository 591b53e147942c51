import type { CallFault } from './call-faults.ts';
import type { TestMbank } from './mbank.ts';

/** Plans the fault for the next `times` calls of an operation. */
export const spoil = ({ sandbox }: TestMbank, operation: string, fault: CallFault, times = 1): void => {
  sandbox.control.fault({ provider: 'mbank', operation, times, ...fault });
};
