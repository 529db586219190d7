// What the user of a plain job queue must add for a graph: a table of step results, and a counter for each step with
// two or more parents. A step with one parent gets its result in the job's payload.
import { runBody } from '../../workloads.mjs';

export const graphTables = `
  create table dag_result(run_id bigint, step int, result jsonb not null, primary key(run_id, step));
  create table dag_join(run_id bigint, step int, remaining int not null, primary key(run_id, step))
    with (fillfactor = 70);`;

export function planGraph(workload) {
  const { steps } = workload;
  const joins = steps.filter((step) => step.parents.length > 1);
  const isJoin = (index) => steps[index].parents.length > 1;
  return {
    joinSteps: joins.map((step) => step.index),
    joinCounts: joins.map((step) => step.parents.length),
    plainChildren: steps.map((step) => step.children.filter((child) => !isJoin(child))),
    joinChildren: steps.map((step) => step.children.filter(isJoin)),
  };
}

export function runStep(workload, job, parents) {
  return runBody(workload.steps[job.step], parents, job.input);
}
