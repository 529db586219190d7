import { type Static, Type } from 'typebox';
import { stepStates } from '../states.ts';
import { nullable, uuidSchema } from './values.ts';

export const graphFormats = ['json', 'ascii', 'mermaid', 'dot', 'svg'] as const;
export type GraphFormat = (typeof graphFormats)[number];

export const graphFormatSchema = Type.Enum(graphFormats, {
  default: 'json',
  description: '`json`: the graph as data alone; otherwise also drawn.',
});

const drawing = nullable(Type.String({ description: 'The graph in the format asked for; null: as data alone.' }));

export const graphEdgeSchema = Type.Object(
  { from: Type.String(), to: Type.String() },
  { title: 'Edge', description: 'A dependency between steps, by name: `to` runs after `from`.' },
);
export type GraphEdge = Static<typeof graphEdgeSchema>;

export const taskGraphSchema = Type.Object(
  {
    task_id: uuidSchema,
    nodes: Type.Array(
      Type.Object({
        workflow_step_id: uuidSchema,
        name: Type.String(),
        status: Type.Enum(stepStates),
        level: Type.Integer({ minimum: 0, description: '0 without parents, else one more than the deepest parent.' }),
        attempts: Type.Integer({ minimum: 0 }),
        error_message: nullable(Type.String()),
      }),
    ),
    edges: Type.Array(graphEdgeSchema),
    format: Type.Enum(graphFormats),
    drawing,
  },
  { title: 'TaskGraph' },
);
export type TaskGraph = Static<typeof taskGraphSchema>;

/** The graph of a template. */
export const dependencyGraphSchema = Type.Object(
  {
    nodes: Type.Array(
      Type.Object({ id: Type.String(), name: Type.String(), type: Type.Literal('step'), handler: Type.String() }),
    ),
    edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), type: Type.Literal('dependency') })),
    execution_order: Type.Array(Type.String(), { description: 'Names, each after all that it depends on.' }),
    levels: Type.Array(Type.Array(Type.String()), { description: 'Names of steps that may run side by side.' }),
  },
  { title: 'DependencyGraph' },
);
export type DependencyGraph = Static<typeof dependencyGraphSchema>;

export const templateGraphSchema = Type.Object(
  {
    namespace: Type.String(),
    name: Type.String(),
    version: Type.String(),
    revision: Type.Integer({ minimum: 1 }),
    graph: dependencyGraphSchema,
    format: Type.Enum(graphFormats),
    drawing,
  },
  { title: 'TemplateGraph' },
);
export type TemplateGraph = Static<typeof templateGraphSchema>;
