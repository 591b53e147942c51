import { builder } from './builder.ts';

export const AttributeInput = builder.inputType('AttributeInput', {
  description: 'A named fact.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name: letters, digits and underscores.' }),
    value: t.string({ required: true, description: 'Its value, 255 characters at most.' }),
  }),
});
