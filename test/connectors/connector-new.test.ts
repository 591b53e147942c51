import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectorFiles, namesOf, registered } from '../../scripts/connector-new.ts';

describe('the template of a new provider', () => {
  const files = connectorFiles(namesOf('acme', 'Acme Pay'));

  it('has the files that every provider has', () => {
    expect(Object.keys(files)).toEqual([
      'src/connectors/acme/config.ts',
      'src/connectors/acme/wire.ts',
      'src/connectors/acme/status.ts',
      'src/connectors/acme/client.ts',
      'src/connectors/acme/balances.ts',
      'src/connectors/acme/index.ts',
      'src/connectors/acme/README.md',
      'test/connectors/acme/contract.test.ts',
    ]);
    expect(Object.values(files).join('')).not.toMatch(/@(folder|Folder|code|name)@|TODO/);
    expect(files['src/connectors/acme/client.ts']).toContain("PROVIDER = 'ACME'");
    expect(files['src/connectors/acme/index.ts']).toContain("name: 'Acme Pay'");
  });

  it('adds one import and one name to the registry', () => {
    const before = readFileSync('src/connectors/registry.ts', 'utf8');
    const after = registered(before, 'acme');
    expect(after).toContain("import { acme } from './acme/index.ts';");
    expect(after).toMatch(/providers: readonly ProviderDefinition\[\] = \[mbank.*, acme\];/);
    expect(after.split('\n').length).toBe(before.split('\n').length + 1);
  });

  it.each([undefined, '', 'Acme', '../x', 'a b', '1st'])('refuses the folder %j', (folder) => {
    expect(() => namesOf(folder, undefined)).toThrow('in lower case');
  });

  it('refuses a name that could break out of its text', () => {
    expect(() => namesOf('acme', "a'b")).toThrow('letters');
  });
});
