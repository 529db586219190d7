import { findSteps, StepNotFound, type StepView, TaskNotFound, taskHistory } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { stepGraph } from '../output/step-graph.ts';
import { formatTime } from '../output/time.ts';
import { factLine } from '../output/watch-task.ts';
import { factJson, stepJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export async function showStep(cli: Cli, taskId: string, step: string): Promise<ExitCode> {
  const { terminal } = cli;
  return withDatabase(cli, async (db) => {
    const steps = await findSteps(db, [taskId]);
    if (steps.length === 0) throw new TaskNotFound(taskId);
    const found = steps.find(({ name, stepId }) => name === step || stepId === step.toLowerCase());
    if (found === undefined) throw new StepNotFound(taskId, step);
    const facts = (await taskHistory(db, taskId)).filter(({ stepId }) => stepId === found.stepId);
    terminal.printJson({ ...stepJson(found), history: facts.map(factJson) });
    for (const line of stepGraph([alone(found)], terminal, new Date())) terminal.print(line);
    terminal.print();
    terminal.print(`handler     ${found.handler}`);
    terminal.print(`runs after  ${found.parentNames.join(', ') || 'nothing'}`);
    for (const fact of facts) terminal.print(`${formatTime(fact.at)}  ${factLine(fact)}`);
    if (found.result !== null) terminal.print(`result ${JSON.stringify(found.result, undefined, 2)}`);
    return exitCodes.done;
  });
}

/** A graph of one. */
function alone(step: StepView): StepView {
  return { ...step, position: 0, parents: [], children: [] };
}
