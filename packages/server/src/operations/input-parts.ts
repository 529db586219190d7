import type { OperatorNote } from '@tasker/engine';
import { type Static, Type } from 'typebox';
import type { RequestContext } from './request-context.ts';

/** Parts that the inputs of several operations share. */

export const taskIdProperty = { task_id: Type.String({ format: 'uuid', description: 'Of the task.' }) };

export const stepProperties = {
  ...taskIdProperty,
  step: Type.String({ minLength: 1, maxLength: 255, description: 'The step’s id or name.' }),
};

/** Of several tasks that are asked for at once. */
export const taskIdsProperty = {
  task_ids: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 100 }),
};

export const noteProperties = {
  reason: Type.Optional(Type.String({ maxLength: 1024, description: 'Why, for history.' })),
  actor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Who, for history. Whoever is authenticated counts more than what is said here.',
    }),
  ),
};

export const noInput = Type.Object({}, { additionalProperties: false });

const note = Type.Object(noteProperties);

/** Who gives a command and why. */
export function noteOf({ reason, actor }: Static<typeof note>, { principal }: RequestContext): OperatorNote {
  const who = principal?.name ?? actor;
  return { ...(who === undefined ? {} : { actor: who }), ...(reason === undefined ? {} : { reason }) };
}
