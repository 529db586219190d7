import { annotationNamesSchema } from '@tasker/contract/wire';
import { listAnnotationNames as readNames } from '@tasker/engine';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const listAnnotationNames = defineOperation({
  name: 'annotation.names',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists the names under which something was noted about tasks.',
  input: noInput,
  output: annotationNamesSchema,
  errors: [],
  call: async ({ tasker }) => ({ annotation_types: (await readNames(tasker.db)).map((name) => ({ name })) }),
});
