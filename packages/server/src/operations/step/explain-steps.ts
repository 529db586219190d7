import { explanationSchema } from '@tasker/contract/wire';
import { explainSeveral } from '@tasker/engine';
import { Type } from 'typebox';
import { explanation } from '../../resources/explanation-resource.ts';
import { stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const explainSteps = defineOperation({
  name: 'step.explainMany',
  permission: 'steps:read',
  kind: 'query',
  summary: 'Says of several steps why they are not running, in the order given here; of unknown ones nothing.',
  input: Type.Object(
    {
      steps: Type.Array(Type.Object(stepProperties, { additionalProperties: false }), { minItems: 1, maxItems: 1000 }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ explanations: Type.Array(explanationSchema) }),
  errors: [],
  async call({ tasker }, { steps }) {
    const subjects = steps.map(({ task_id, step }) => ({ taskId: task_id, step }));
    const reasons = await explainSeveral(tasker.db, subjects);
    return { explanations: steps.map(({ task_id }, index) => explanation(task_id, reasons[index] ?? [])) };
  },
});
