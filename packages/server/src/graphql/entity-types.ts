import { jsonScalar } from './scalars.ts';
import { stepType } from './step-type.ts';
import { taskType } from './task-type.ts';
import { templateType } from './template-type.ts';
import type { EntityTypes, WireTypes } from './wire-types.ts';

export function defineEntityTypes(types: WireTypes): EntityTypes {
  const entities: EntityTypes = {
    task: taskType(types, () => entities),
    step: stepType(types, () => entities),
    template: templateType(types),
  };
  types.define(['Task', 'TaskSummary'], entities.task);
  types.define(['Step'], entities.step);
  types.define(['Template', 'TemplateSummary'], entities.template);
  // has more keys than its schema tells, and is read as a whole
  types.define(['TemplateDocument'], jsonScalar);
  return entities;
}
