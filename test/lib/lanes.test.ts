import { expect, test } from 'vitest';
import { createLanes, type Waiting } from '../../src/lib/lanes.ts';

interface Item extends Waiting {
  name: string;
}

/** Lanes whose groups are in hand until the test says that they are done. */
function lanesInHand(options: { batch: number; lanes: number }) {
  const groups: { names: string; done(): void }[] = [];
  const run = (group: Item[]) =>
    new Promise<void>((resolve) => groups.push({ names: group.map(({ name }) => name).join(''), done: resolve }));
  const ask = createLanes<Item>({ ...options, run });
  const names = () => groups.map((group) => group.names);
  return {
    /** One item for each letter; those of one letter have one key. */
    ask: (letters: string, touches: string[] = []) => {
      for (const name of letters) ask({ name, key: name, touches });
    },
    names,
    begun: (expected: string[]) => expect.poll(names, { interval: 1 }).toEqual(expected),
    done: (at: number) => groups[at]?.done(),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('What comes while nothing is in hand goes at once; a further lane is opened for as many as are in hand.', async () => {
  const { ask, begun, names } = lanesInHand({ batch: 10, lanes: 2 });
  ask('abcd');
  await begun(['abcd']);
  ask('efg');
  await turn();
  await turn();
  expect(names()).toEqual(['abcd']);
  ask('h');
  await begun(['abcd', 'efgh']);
});

test('One that comes beside one in hand goes at once.', async () => {
  const { ask, begun } = lanesInHand({ batch: 10, lanes: 2 });
  ask('a');
  await begun(['a']);
  ask('b');
  await begun(['a', 'b']);
});

test('Few that were held back go when those in hand are done, and when these take long.', async () => {
  const quick = lanesInHand({ batch: 10, lanes: 2 });
  quick.ask('abcd');
  await quick.begun(['abcd']);
  quick.ask('e');
  await turn();
  quick.done(0);
  await quick.begun(['abcd', 'e']);

  const slow = lanesInHand({ batch: 10, lanes: 2 });
  slow.ask('abcd');
  await slow.begun(['abcd']);
  slow.ask('e');
  await slow.begun(['abcd', 'e']);
});

test('What has a key or a thing in common with what is in hand waits for it, and nobody overtakes who touches the same.', async () => {
  const { ask, begun, done, names } = lanesInHand({ batch: 10, lanes: 2 });
  ask('a', ['wallet']);
  await begun(['a']);
  ask('b', ['wallet', 'purse']);
  ask('c', ['purse']);
  ask('a');
  ask('d');
  await begun(['a', 'd']);
  await turn();
  expect(names()).toEqual(['a', 'd']);
  done(0);
  await begun(['a', 'd', 'bca']);
});
