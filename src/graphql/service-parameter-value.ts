import { builder } from './builder.ts';

export const ServiceParameterValueRef = builder
  .objectRef<{ id: string; title: string | null; value: string }>('ServiceParameterValue')
  .implement({
    description: 'What is filled in for one of a service’s parameters.',
    fields: (t) => ({
      id: t.exposeString('id', { description: 'The parameter’s id.' }),
      title: t.exposeString('title', { nullable: true, description: 'What to show beside it.' }),
      value: t.exposeString('value', { description: 'Its value.' }),
    }),
  });
