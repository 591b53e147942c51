import { GraphQLScalarType, isInputObjectType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

/** A scalar of the public schema. */
function scalar(name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (type instanceof GraphQLScalarType) return type;
  throw new Error(`${name} is no scalar`);
}

describe('URL', () => {
  const url = scalar('URL');
  const relative = ['/page', 'shop.example/page', 'javascript:alert(1)', 'ftp://shop.example/', ''];

  test.each(relative)('%j is refused when it is given, and never answered.', (given) => {
    expect(() => url.parseValue(given)).toThrow('must be like');
    expect(() => url.serialize(given)).toThrow('absolute');
  });

  test('A web address goes in and out as it is; one that is given may not be endless, one that is answered may.', () => {
    for (const address of ['https://shop.example/page?a=1#b', 'http://127.0.0.1:4010/ipsp']) {
      expect(url.parseValue(address)).toBe(address);
      expect(url.serialize(address)).toBe(address);
    }
    const long = `https://shop.example/${'a'.repeat(2_000)}`;
    expect(() => url.parseValue(long)).toThrow('must be like');
    expect(url.serialize(long)).toBe(long);
  });

  test('Whatever is called a URL is one.', () => {
    const named = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (!isObjectType(type) && !isInputObjectType(type)) return [];
      const fields = Object.values(type.getFields()).filter(({ name }) => /^url$|Url$/.test(name));
      return fields.map((field) => `${type.name}.${field.name}: ${String(field.type).replace('!', '')}`);
    });
    expect(named.filter((field) => !field.endsWith(': URL'))).toEqual([]);
    expect(named).toContain('RedirectAction.url: URL');
  });
});
