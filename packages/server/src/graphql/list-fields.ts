import { type TaskList, workerSchema } from '@tasker/contract/wire';
import type { Static, TSchema } from 'typebox';
import { InvalidInput } from '../errors.ts';
import type { Operation } from '../operations/operation.ts';
import { listWorkers } from '../operations/system/list-workers.ts';
import { annotatedTasks } from '../operations/task/annotated-tasks.ts';
import { listTasks } from '../operations/task/list-tasks.ts';
import { listTemplates } from '../operations/template/list-templates.ts';
import { templateCursor } from '../resources/template-cursor.ts';
import { operationArguments } from './arguments.ts';
import { connectionType, type Page, type PageRequest, page, pageArguments, pageRequest } from './connections.ts';
import { pascalCase } from './names.ts';
import { call, callCost } from './operation-field.ts';
import type { EntityTypes, Field, Fields, ObjectType, WireTypes } from './wire-types.ts';

/** Lists that come in pages. */
export function listFields(types: WireTypes, { task, template }: EntityTypes): Fields {
  const tasks = connectionType(task);
  return {
    tasks: listField(listTasks, types, tasks, taskPage),
    tasksByAnnotation: listField(annotatedTasks, types, tasks, taskPage),
    templates: listField(listTemplates, types, connectionType(template), async ({ first, after }, ask) => {
      const { templates, next_cursor } = await ask({ limit: first, ...(after === undefined ? {} : { cursor: after }) });
      const around = { hasNextPage: next_cursor !== null, hasPreviousPage: after !== undefined };
      return page(templates, templateCursor, around);
    }),
    workers: listField(
      listWorkers,
      types,
      connectionType(types.object(workerSchema, 'Worker')),
      async ({ first, after }, ask) => {
        const { workers } = await ask({
          limit: first + 1,
          ...(after === undefined ? {} : { before: workerId(after) }),
        });
        const around = { hasNextPage: workers.length > first, hasPreviousPage: after !== undefined };
        return page(workers.slice(0, first), ({ worker_id }) => String(worker_id), around);
      },
    ),
  };
}

/** How a page is made of what the operation, asked with more input, answers. */
type ReadPage<Output> = (request: PageRequest, ask: (more: object) => Promise<Output>) => Promise<Page>;

function listField<Input extends TSchema, Output extends TSchema>(
  operation: Operation<Input, Output>,
  types: WireTypes,
  type: ObjectType,
  readPage: ReadPage<Static<Output>>,
): Field {
  const args = operationArguments(operation.input, pascalCase(operation.name), types, paging);
  return {
    type,
    description: operation.summary,
    args: { ...pageArguments, ...args.config },
    extensions: { cost: callCost },
    resolve: (_, given, context) => readPage(pageRequest(given), (more) => call(operation, args, given, context, more)),
  };
}

/** Paging has its own arguments; an error about it names those. */
const paging = {
  leaveOut: ['limit', 'offset', 'cursor', 'before'],
  renamed: { limit: 'first', cursor: 'after', before: 'after' },
};

async function taskPage({ first, after }: PageRequest, ask: (more: object) => Promise<TaskList>): Promise<Page> {
  const { tasks, next_cursor } = await ask({ limit: first, ...(after === undefined ? {} : { cursor: after }) });
  const around = { hasNextPage: next_cursor !== null, hasPreviousPage: after !== undefined };
  return page(tasks, ({ task_id }) => task_id, around);
}

function workerId(cursor: string): number {
  if (/^\d{1,10}$/.test(cursor)) return Number(cursor);
  throw new InvalidInput([{ path: 'after', message: 'is no cursor of this list; take `endCursor` of a page' }]);
}
