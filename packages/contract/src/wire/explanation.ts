import { type Static, Type } from 'typebox';
import { jsonObjectSchema, nullable, timeSchema, uuidSchema } from './values.ts';

/** One reason why a task or a step is not running. */
export const explainReasonSchema = Type.Object(
  {
    workflow_step_id: nullable(uuidSchema),
    step: nullable(Type.String({ description: 'Null: it concerns the task as a whole.' })),
    kind: Type.String({ description: 'For example `unmet_parent`, `backoff`, `no_worker` or `lease_held`.' }),
    reason: Type.String(),
    remedy: Type.String({ description: 'What to do about it.' }),
    until: nullable(timeSchema),
    detail: jsonObjectSchema,
  },
  { title: 'Reason' },
);
export type ExplainReason = Static<typeof explainReasonSchema>;

export const explanationSchema = Type.Object(
  { task_id: uuidSchema, reasons: Type.Array(explainReasonSchema, { description: 'All there are.' }) },
  { title: 'Explanation' },
);
export type Explanation = Static<typeof explanationSchema>;
