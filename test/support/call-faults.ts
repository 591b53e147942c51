import { present } from '../../src/lib/assert.ts';

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

/** A mutation, ready to be sent again and again. */
interface Sending {
  send(): Promise<{ __typename: string } | null | undefined>;
}

/** Repeats a mutation as its caller would, until it succeeds or has been tried often enough. Answers what it was told. */
async function untilSuccess({ send }: Sending): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < 5 && !answers.at(-1)?.endsWith('Success')) {
    answers.push(present(await send(), 'an answer').__typename);
  }
  return answers;
}

/**
 * Sends each mutation once into the fault that is planned for it, all at the same time, so that a silence is waited for once; then repeats each until it
 * succeeds.
 * @param plan plans the fault of this write
 * @param between called when every first answer has come
 * @returns the mutations by their titles, with all that they were told
 */
export async function meetFaults<Write extends { title: string }, Ready extends Sending>(
  prepared: { write: Write; ready: Ready }[],
  plan: (write: Write) => void,
  between: () => void,
): Promise<Map<string, Ready & { answers: string[] }>> {
  const told = await Promise.all(
    prepared.map(async ({ write, ready }) => {
      plan(write);
      return present(await ready.send(), 'an answer').__typename;
    }),
  );
  between();
  const cases = new Map<string, Ready & { answers: string[] }>();
  for (const [index, { write, ready }] of prepared.entries()) {
    const first = present(told[index], 'a first answer');
    const again = first.endsWith('Success') ? [] : await untilSuccess(ready);
    cases.set(write.title, { ...ready, answers: [first, ...again] });
  }
  return cases;
}
