import { liveEventSchema } from '@tasker/contract/wire';
import {
  GraphQLBoolean,
  type GraphQLFieldConfigArgumentMap,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { TSchema } from 'typebox';
import { eventStream, followEvents, type StreamMessage } from '../operations/follow-events.ts';
import { followTask, taskStream } from '../operations/follow-task.ts';
import { operationArguments } from './arguments.ts';
import type { GraphqlContext } from './context.ts';
import { pascalCase } from './names.ts';
import { callCost } from './operation-field.ts';
import { valueOf } from './schema-node.ts';
import { sparse } from './sparse.ts';
import { taskIdOf } from './where-missing.ts';
import type { EntityTypes, Field, Fields, ObjectType, WireTypes } from './wire-types.ts';

/** Between two messages of a subscription that hears nothing, milliseconds: its position would grow old. */
const quietMs = 15_000;

/** What goes on: the live stream, and one task until its end. */
export function subscriptionFields(types: WireTypes, { task }: EntityTypes): Fields {
  const liveEvent = liveEventType(types, task);
  const message = {
    position: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'Given back as `after` it leads on from here.',
      resolve: (source: unknown) => valueOf(source, 'id'),
    },
    event: {
      type: liveEvent,
      description: 'Null: nothing happened; the message only says how far the subscription has come.',
      resolve: (source: unknown) => valueOf(source, 'event'),
    },
    isReset: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: 'What was between `after` and this message is not known any more.',
      resolve: (source: unknown) => valueOf(source, 'isReset') === true,
    },
  } satisfies Fields;
  const eventMessage: ObjectType = new GraphQLObjectType({ name: 'EventMessage', fields: message });
  const taskMessage: ObjectType = new GraphQLObjectType({
    name: 'TaskMessage',
    fields: {
      ...message,
      task: {
        type: new GraphQLNonNull(task),
        description: 'As it stands when the message is made.',
        resolve: (source) => ({ task_id: taskIdOf(source) }),
      },
    },
  });
  return {
    events: subscriptionField(eventStream, types, eventMessage, followEvents),
    task: subscriptionField(taskStream, types, taskMessage, followTask),
  };
}

type Follow = typeof followEvents;

function subscriptionField(
  { name, summary, input }: { readonly name: string; readonly summary: string; readonly input: TSchema },
  types: WireTypes,
  type: ObjectType,
  follow: Follow,
): Field {
  const args = operationArguments(input, pascalCase(name), types, { renamed: { last_event_id: 'after' } });
  const config: GraphQLFieldConfigArgumentMap = args.config;
  return {
    type: new GraphQLNonNull(type),
    description: summary,
    args: config,
    extensions: { cost: callCost },
    async subscribe(_, given: Readonly<Record<string, unknown>>, { services, request, live }: GraphqlContext) {
      if (live === undefined) throw new Error('a subscription needs a stream');
      const asked = args.toInput({ ...given, ...(live.lastEventId === undefined ? {} : { after: live.lastEventId }) });
      try {
        const messages = await follow(services, asked, request, live.signal);
        return payloads(sparse(messages, quietMs), given['taskId']);
      } catch (error) {
        throw args.rename(error);
      }
    },
    resolve: (payload) => payload,
  };
}

async function* payloads(messages: AsyncIterable<StreamMessage>, taskId: unknown) {
  for await (const message of messages) yield { ...message, task_id: taskId };
}

function liveEventType(types: WireTypes, task: ObjectType): ObjectType {
  const type: ObjectType = new GraphQLObjectType({
    name: 'LiveEvent',
    description: 'What happened to a task.',
    fields: () => ({
      ...types.fields(liveEventSchema, 'LiveEvent'),
      task: {
        type: new GraphQLNonNull(task),
        description: 'As it stands when the message is made, which may be later than the event.',
        resolve: (source) => ({ task_id: taskIdOf(source) }),
      },
    }),
  });
  return type;
}
