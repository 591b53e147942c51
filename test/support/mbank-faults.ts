import type { TestMbank } from './mbank.ts';

/** One thing that can happen to a call of a provider, as its emulator is told. */
export interface CallFault {
  kind: 'hold' | 'close' | 'status' | 'garbage';
  when: 'before' | 'after';
  status?: number;
}

/** How long the gateways of these tests wait for a provider; no test waits longer for silence. */
export const PATIENCE = { http: { deadlineMs: 2_500 }, limits: { breakAfter: 1_000 } };

/** Each fault of a write. `before`: the provider has not acted when the fault is met; of a call that is held, it acts once that is let go. */
export const callFaults: [title: string, fault: CallFault][] = [
  ['is not answered in time, though the provider acted', { kind: 'hold', when: 'after' }],
  ['is not answered in time, and the provider acts later', { kind: 'hold', when: 'before' }],
  ['is reset before the provider acted', { kind: 'close', when: 'before' }],
  ['is reset after the provider acted', { kind: 'close', when: 'after' }],
  ['is answered by 500 before the provider acted', { kind: 'status', status: 500, when: 'before' }],
  ['is answered by 500 after the provider acted', { kind: 'status', status: 500, when: 'after' }],
  ['is answered by garbage after the provider acted', { kind: 'garbage', when: 'after' }],
];

/** Plans the fault for the next `times` calls of an operation. */
export const spoil = ({ sandbox }: TestMbank, operation: string, fault: CallFault, times = 1): void => {
  sandbox.control.fault({ provider: 'mbank', operation, times, ...fault });
};
