import { builder } from './builder.ts';

export const ServiceParameterInput = builder.inputType('ServiceParameterInput', {
  description: 'What the payer has filled in for one of a service’s parameters.',
  fields: (t) => ({
    id: t.string({ required: true, description: 'The parameter’s id.' }),
    value: t.string({ required: true, description: 'Its value.' }),
  }),
});
