import { describe, expect, test } from 'vitest';
import { assertKnownAtDoor, type EdgePlugin } from '../../../src/server/door/known-hooks.ts';

describe('A plugin of the edge', () => {
  test('that hooks where the front door does not pass has to say how the door keeps it.', () => {
    const silent: EdgePlugin = { onParams: () => undefined, onResponse: () => undefined };
    expect(() => assertKnownAtDoor([silent])).toThrow('onParams, onResponse');
    expect(() => assertKnownAtDoor([{ ...silent, atDoor: { onParams: 'so' } }])).toThrow('A plugin has onResponse:');
    expect(() => assertKnownAtDoor([{ ...silent, atDoor: { onParams: 'so', onResponse: 'so' } }])).not.toThrow();
  });

  test('that is added by another is looked at, too.', () => {
    const adding: EdgePlugin = { onPluginInit: ({ addPlugin }) => addPlugin({ onEnveloped: () => undefined }) };
    expect(() => assertKnownAtDoor([adding])).toThrow('onEnveloped');
  });

  test('may hook what both paths call, or be left out.', () => {
    expect(() => assertKnownAtDoor([false, { onExecute: () => undefined, onValidate: () => undefined }])).not.toThrow();
  });
});
