import type { JsonPath } from '../json/path.ts';
import type { GraphProblem } from './graph-problems.ts';

/** A graph problem in words, with the place of the offender in the template. */
export function describeGraphProblem(problem: GraphProblem): { path: JsonPath; message: string; remedy?: string } {
  switch (problem.kind) {
    case 'no_steps':
      return { path: ['steps'], message: 'A template needs at least one step.' };
    case 'duplicate_step':
      return {
        path: ['steps', problem.step, 'name'],
        message: `There are two steps named \`${problem.name}\` (the first is number ${problem.firstStep + 1}).`,
        remedy: 'Give each step a name of its own.',
      };
    case 'self_dependency':
      return {
        path: ['steps', problem.step, 'dependencies', problem.dependency],
        message: `Step \`${problem.name}\` depends on itself.`,
      };
    case 'unknown_dependency':
      return {
        path: ['steps', problem.step, 'dependencies', problem.dependency],
        message: `Step \`${problem.name}\` depends on \`${problem.missing}\`, which does not exist.`,
      };
    case 'cycle':
      return {
        path: ['steps', problem.step, 'dependencies'],
        message: `These steps wait for each other: ${problem.path.join(' → ')} (each depends on the next).`,
        remedy: 'Remove one of these dependencies.',
      };
  }
}
