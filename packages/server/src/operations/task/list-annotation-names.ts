import { listAnnotationNames as readNames } from '@tasker/engine';
import { Type } from 'typebox';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const listAnnotationNames = defineOperation({
  name: 'annotation.names',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists the names under which something was noted about tasks.',
  input: noInput,
  output: Type.Object({
    annotation_types: Type.Array(Type.Object({ name: Type.String() }, { title: 'AnnotationType' })),
  }),
  errors: [],
  call: async ({ tasker }) => ({ annotation_types: (await readNames(tasker.db)).map((name) => ({ name })) }),
});
