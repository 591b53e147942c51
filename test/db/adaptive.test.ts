import { expect, test } from 'vitest';
import { shareStatement } from '../../src/db/adaptive.ts';

/** A statement whose runs end when the test says so. */
function controlled(options: { lanes?: number; most?: number } = {}) {
  const runs: { keys: readonly number[]; end: () => void; fail: (error: unknown) => void }[] = [];
  const shared = shareStatement(
    (keys: readonly number[]) =>
      new Promise<number[]>((resolve, reject) => {
        runs.push({ keys, end: () => resolve(keys.map((key) => key * 10)), fail: reject });
      }),
    options,
  );
  return { shared, runs, asked: () => runs.map(({ keys }) => [...keys]) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const refused = (message: string) => Object.assign(new Error(message), { code: '22P02' });

test('A key that finds a lane idle goes with those of its turn; those that come while the lanes are busy go together.', async () => {
  const { shared, runs, asked } = controlled();
  const answers = [shared.load(1)];
  await turn();
  answers.push(shared.load(2), shared.load(3));
  await turn();
  expect(asked()).toEqual([[1], [2, 3]]);
  for (const key of [4, 5, 6]) {
    answers.push(shared.load(key));
    await turn();
  }
  expect(asked()).toEqual([[1], [2, 3]]);
  runs[0]?.end();
  await turn();
  await turn();
  expect(asked()).toEqual([[1], [2, 3], [4, 5, 6]]);
  runs[1]?.end();
  runs[2]?.end();
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50, 60]);
});

test('Keys that belong together go together, as many as one statement takes.', async () => {
  const { shared, runs, asked } = controlled({ lanes: 1, most: 3 });
  const answers = shared.loadMany([1, 2, 3, 4]);
  await turn();
  expect(asked()).toEqual([[1, 2, 3]]);
  runs[0]?.end();
  await turn();
  await turn();
  expect(asked()).toEqual([[1, 2, 3], [4]]);
  runs[1]?.end();
  expect(await answers).toEqual([10, 20, 30, 40]);
});

test('A bad key fails alone.', async () => {
  const ran: number[][] = [];
  const shared = shareStatement(
    async (keys: readonly number[]) => {
      ran.push([...keys]);
      if (keys.includes(13)) throw refused('not thirteen');
      return keys.map((key) => key * 10);
    },
    { lanes: 1 },
  );
  const first = shared.load(1);
  await turn();
  const answers = await Promise.allSettled([2, 3, 13, 4, 5].map((key) => shared.load(key)));
  expect(await first).toBe(10);
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message))).toEqual([
    20,
    30,
    'not thirteen',
    40,
    50,
  ]);
  expect(ran).toEqual([[1], [2, 3, 13, 4, 5], [2, 3], [13, 4, 5], [13], [4, 5]]);
});

test('When the server is not there, nothing is tried again, and the next statement is sent all the same.', async () => {
  const { shared, runs, asked } = controlled({ lanes: 1 });
  const first = shared.load(1);
  await turn();
  const others = Promise.allSettled([shared.load(2), shared.load(3)]);
  runs[0]?.end();
  await first;
  await turn();
  await turn();
  runs[1]?.fail(new Error('Connection terminated unexpectedly'));
  expect((await others).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked()).toEqual([[1], [2, 3]]);
  await turn();
  const next = shared.load(4);
  await turn();
  runs[2]?.end();
  expect(await next).toBe(40);
});
