import { type Static, Type } from 'typebox';
import { stepStates } from '../states.ts';
import { countSchema, nullable, timeSchema, uuidSchema } from './values.ts';

const share = Type.Number({ minimum: 0, maximum: 100, description: 'Percent, one decimal.' });
const severity = Type.Enum(['Critical', 'High', 'Medium', 'Low'] as const);
const ids = Type.Array(uuidSchema);
const neighbours = Type.Record(Type.String(), ids, { description: 'Ids by id.' });

/** What the graph of a task and the states of its steps say about its course. */
export const dependencyAnalysisSchema = Type.Object(
  {
    analysis_timestamp: timeSchema,
    dependency_graph: Type.Object({
      nodes: Type.Array(Type.Object({ id: uuidSchema, name: Type.String(), level: countSchema })),
      edges: Type.Array(
        Type.Object({ from: uuidSchema, to: uuidSchema, from_name: Type.String(), to_name: Type.String() }),
      ),
      adjacency_list: neighbours,
      reverse_adjacency_list: neighbours,
      dependency_levels: Type.Record(Type.String(), countSchema),
    }),
    critical_paths: Type.Object({
      total_paths: Type.Number({ description: 'Ways from a step without parents to one without children.' }),
      longest_path_length: countSchema,
      paths: Type.Array(
        Type.Object({
          path: ids,
          step_names: Type.Array(Type.String()),
          length: countSchema,
          completed_steps: countSchema,
          blocked_steps: countSchema,
          error_steps: countSchema,
          ready_steps: countSchema,
          completion_percentage: share,
        }),
        { description: 'The longest.' },
      ),
      root_nodes: ids,
      leaf_nodes: ids,
    }),
    parallelism_opportunities: Type.Object({
      total_steps: countSchema,
      total_levels: countSchema,
      max_parallel_steps: countSchema,
      current_parallel_opportunities: { ...countSchema, description: 'Steps that are ready now.' },
      blocked_parallel_opportunities: countSchema,
      overall_completion: Type.Number({ minimum: 0, maximum: 100 }),
      parallelism_efficiency: { ...share, description: 'Levels with more than one step, in percent of all.' },
      levels: Type.Array(
        Type.Object({
          level: countSchema,
          total_steps: countSchema,
          ready_steps: countSchema,
          blocked_steps: countSchema,
          error_steps: countSchema,
          completed_steps: countSchema,
          step_names: Type.Array(Type.String()),
        }),
      ),
    }),
    error_chains: Type.Object({
      total_error_steps: countSchema,
      total_steps: countSchema,
      error_percentage: share,
      total_blocked_by_errors: countSchema,
      most_critical_error: nullable(Type.String()),
      error_chains: Type.Array(
        Type.Object({
          error_step_id: uuidSchema,
          error_step_name: Type.String(),
          error_attempts: countSchema,
          retry_limit: countSchema,
          exhausted: Type.Boolean(),
          next_retry_at: nullable(timeSchema),
          downstream_steps: ids,
          blocked_downstream_steps: countSchema,
          total_impact: Type.Integer(),
        }),
        { description: 'The worst first.' },
      ),
    }),
    bottlenecks: Type.Object({
      total_bottlenecks: countSchema,
      critical_bottlenecks: countSchema,
      overall_impact: Type.Enum(['None', 'Low', 'Medium', 'High', 'Severe'] as const),
      bottlenecks: Type.Array(
        Type.Object({
          step_id: uuidSchema,
          step_name: Type.String(),
          current_state: Type.Enum(stepStates),
          attempts: countSchema,
          retry_limit: countSchema,
          downstream_steps_count: countSchema,
          blocked_downstream_count: countSchema,
          impact_score: Type.Integer(),
          severity,
          bottleneck_type: Type.Enum([
            'Permanent Failure',
            'Active Error',
            'Dependency Block',
            'Retry Exhaustion',
          ] as const),
        }),
        { description: 'The ten worst.' },
      ),
    }),
    task_execution_summary: Type.Object({
      total_steps: countSchema,
      total_dependencies: countSchema,
      dependency_levels: countSchema,
      longest_path_length: countSchema,
      critical_bottlenecks_count: countSchema,
      error_chains_count: countSchema,
      parallelism_efficiency: share,
      overall_health: Type.Enum(['healthy', 'warning', 'critical'] as const),
      recommendations: Type.Array(Type.String()),
    }),
  },
  { title: 'DependencyAnalysis' },
);
export type DependencyAnalysis = Static<typeof dependencyAnalysisSchema>;
