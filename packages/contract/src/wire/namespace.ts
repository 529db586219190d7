import { type Static, Type } from 'typebox';
import { countSchema, nullable } from './values.ts';

export const namespaceSchema = Type.Object(
  {
    name: Type.String(),
    description: nullable(Type.String()),
    templates: { ...countSchema, description: 'Different templates in it, versions not counted.' },
    workers: { ...countSchema, description: 'Workers that serve it now.' },
  },
  { title: 'Namespace' },
);
export type NamespaceResource = Static<typeof namespaceSchema>;

export const namespaceListSchema = Type.Object({ namespaces: Type.Array(namespaceSchema) }, { title: 'NamespaceList' });
export type NamespaceList = Static<typeof namespaceListSchema>;
