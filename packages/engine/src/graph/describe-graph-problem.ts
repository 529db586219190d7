import type { TemplateProblemCode } from '@tasker/contract';
import type { JsonPath } from '../json/path.ts';
import type { GraphProblem } from './graph-problems.ts';

/** A graph problem in words, with the place of the offender in the template. */
export function describeGraphProblem(problem: GraphProblem): {
  code: TemplateProblemCode;
  path: JsonPath;
  message: string;
  remedy?: string;
} {
  switch (problem.kind) {
    case 'no_steps':
      return { code: 'NO_STEPS', path: ['steps'], message: 'A template needs at least one step.' };
    case 'duplicate_step':
      return {
        code: 'DUPLICATE_STEP_NAME',
        path: ['steps', problem.step, 'name'],
        message: `There are two steps named \`${problem.name}\` (the first is number ${problem.firstStep + 1}).`,
        remedy: 'Give each step a name of its own.',
      };
    case 'self_dependency':
      return {
        code: 'SELF_DEPENDENCY',
        path: ['steps', problem.step, 'dependencies', problem.dependency],
        message: `Step \`${problem.name}\` depends on itself.`,
      };
    case 'unknown_dependency':
      return {
        code: 'MISSING_DEP_REF',
        path: ['steps', problem.step, 'dependencies', problem.dependency],
        message: `Step \`${problem.name}\` depends on \`${problem.missing}\`, which does not exist.`,
      };
    case 'cycle':
      return {
        code: 'CYCLE_DETECTED',
        path: ['steps', problem.step, 'dependencies'],
        message: `These steps wait for each other: ${problem.path.join(' → ')} (each depends on the next).`,
        remedy: 'Remove one of these dependencies.',
      };
  }
}
