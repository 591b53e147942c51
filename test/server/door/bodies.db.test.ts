import { describe, test } from 'vitest';
import { documentOperations } from '../../../src/graphql/document-operations.ts';
import { digest } from '../../support/documents.ts';
import { id, NAMELESS, OTHERS, ok, openDoors, REVOKED, TOUCH, TWO, VALUE, WATCH, WHO } from './shop.ts';

/** Whatever the body is: both ways give the same answer. */

const { ways, head } = await openDoors();
const json = JSON.stringify;

describe('Whatever is asked for', () => {
  const sent: [string, string | Buffer][] = [
    ...[WHO, NAMELESS, VALUE, TOUCH, WATCH, TWO, REVOKED, OTHERS].map((text): [string, string] => [
      text,
      json({ documentId: digest(text) }),
    ]),
    ...Object.entries(documentOperations).map(([name, text]): [string, string] => [
      name,
      json({ documentId: digest(text) }),
    ]),
    ...[
      7,
      true,
      {},
      [],
      '',
      null,
      ' ',
      'x'.repeat(5_000),
      '\0',
      '__proto__',
      'constructor',
      `${id} `,
      id.toUpperCase(),
      'sha256:',
    ].map((odd): [string, string] => [`documentId ${json(odd).slice(0, 40)}`, json({ documentId: odd })]),
    ...['Who', 'Other', '', null, 7, {}, [], 'who'].map((name): [string, string] => [
      `operationName ${json(name)}`,
      json({ documentId: id, operationName: name }),
    ]),
    ...['', null, 'x'].map((name): [string, string] => [
      `no name, operationName ${json(name)}`,
      json({ documentId: digest(NAMELESS), operationName: name }),
    ]),
    ...[{}, null, [], 'x', 7, '{}', { value: 1 }, { value: 'x' }, { other: 1 }, { __proto__: { value: 3 } }].map(
      (variables): [string, string] => [`variables ${json(variables)}`, json({ documentId: digest(VALUE), variables })],
    ),
    ...[
      {},
      null,
      [],
      'x',
      7,
      { persistedQuery: null },
      { persistedQuery: {} },
      { persistedQuery: { sha256Hash: 7 } },
      { persistedQuery: 'x', other: 1 },
    ].map((extensions): [string, string] => [`extensions ${json(extensions)}`, json({ documentId: id, extensions })]),
    ['the text beside it', json({ documentId: id, query: WHO })],
    ['another text beside it', json({ documentId: id, query: NAMELESS })],
    ['an empty text beside it', json({ documentId: id, query: '' })],
    ['null beside it', json({ documentId: id, query: null })],
    ['two ids', json({ documentId: id, id: digest(NAMELESS) })],
    ['two ids, the first null', json({ documentId: null, id: digest(NAMELESS) })],
    ['two ids, the second wrong', json({ documentId: id, doc_id: 7 })],
    ['more beside it', json({ documentId: id, onError: 'NULL' })],
    ['null that nobody knows', json({ documentId: id, onError: null })],
    ['a batch', json([{ documentId: id }])],
    ['an empty batch', '[]'],
    ['keys twice', `{"documentId":"x","documentId":"${id}"}`],
    ['variables twice', `{"documentId":"${digest(VALUE)}","variables":{"value":1},"variables":{"value":2}}`],
    ['a prototype', `{"documentId":"${id}","__proto__":{"operationName":"Other"}}`],
    ['a prototype in variables', `{"documentId":"${digest(VALUE)}","variables":{"__proto__":{"value":3}}}`],
    ['a byte order mark', `\ufeff${ok}`],
    ['spaces around it', ` \r\n\t${ok}\n `],
    ['no JSON', `{documentId:"${id}"}`],
    ['half', ok.slice(0, -3)],
    ['more than one', ok + ok],
    ...['""', '"x"', '7', 'null', 'true', 'NaN', '{', '{}', ' ', '\0'].map((text): [string, string] => [
      `body ${json(text)}`,
      text,
    ]),
    ['empty', ''],
    [
      'not UTF-8',
      Buffer.concat([
        Buffer.from(`{"documentId":"${id}","variables":{"x":"`),
        Buffer.from([0xff, 0xc3]),
        Buffer.from('"}}'),
      ]),
    ],
    ['UTF-16', Buffer.from(ok, 'utf16le')],
    ['a lone surrogate', `{"documentId":"${id}","variables":{"x":"\\ud800"}}`],
    ['deep', `{"documentId":"${id}","variables":{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`],
    ['large', json({ documentId: id, variables: { x: 'x'.repeat(900_000) } })],
    ['too large', json({ documentId: id, variables: { x: 'x'.repeat(1_100_000) } })],
  ];
  test.each(sent)('%s', async (_name, body) => {
    await ways.same({ headers: head(), body });
    await ways.same({ headers: head({ Accept: 'application/graphql-response+json' }), body });
  });
});
