import type { StepState } from '@tasker/contract';
import { drawRails, type RailLine, type StepView } from '@tasker/engine';

import { layOut } from './table.ts';
import type { Style, Terminal } from './terminal.ts';
import { formatDuration, formatUntil } from './time.ts';

/** The steps of a task as a graph, one line each and one more for what went wrong; parents stand above children. */
export function stepGraph(steps: readonly StepView[], { style }: Pick<Terminal, 'style'>, now: Date): string[] {
  const drawn = drawRails(steps);
  const rows = (drawn ?? steps.map(({ position }) => plainLine(position))).flatMap((line) => {
    const step = line.step === undefined ? undefined : steps[line.step];
    if (step === undefined) return [[line.before]];
    const mark = markOf(step);
    const cells = [
      `${line.before}${style(mark.style, mark.sign)}${line.after}`,
      step.name,
      style(mark.style, stateOf(step)),
      attemptsOf(step),
      durationOf(step, now),
      // Without lines the parents have to be told.
      ...(drawn === undefined && step.parentNames.length > 0 ? [`after ${step.parentNames.join(', ')}`] : []),
    ];
    return [cells];
  });
  const lines = layOut(rows);
  return lines.flatMap((line, index) => {
    const at = drawn?.[index]?.step ?? (drawn === undefined ? index : undefined);
    const trouble = at === undefined ? undefined : troubleOf(steps[at], now);
    return trouble === undefined ? [line] : [line, `    ${style('red', trouble)}`];
  });
}

function plainLine(step: number): RailLine {
  return { step, before: '', after: '' };
}

const marks: Readonly<Record<StepState, { readonly sign: string; readonly style: Style }>> = {
  pending: { sign: '○', style: 'dim' },
  in_progress: { sign: '▶', style: 'blue' },
  complete: { sign: '✓', style: 'green' },
  error: { sign: '✗', style: 'red' },
  cancelled: { sign: '⊘', style: 'yellow' },
  resolved_manually: { sign: '✓', style: 'green' },
  waiting: { sign: '…', style: 'yellow' },
  skipped: { sign: '↷', style: 'dim' },
};

function markOf(step: StepView) {
  return step.nextAttemptAt === null ? marks[step.state] : ({ sign: '↻', style: 'yellow' } as const);
}

/** The state in the words of the contract; that another attempt follows is worth saying beside `error`. */
function stateOf(step: StepView): string {
  return step.nextAttemptAt === null ? step.state : `${step.state}, retrying`;
}

function attemptsOf({ attempts, state, maxAttempts }: StepView): string {
  const begun = state === 'in_progress' ? attempts + 1 : attempts;
  return begun === 0 ? '' : `attempt ${begun} of ${maxAttempts}`;
}

function durationOf({ state, startedAt, durationMs }: StepView, now: Date): string {
  if (state === 'in_progress' && startedAt !== null) return formatDuration(now.getTime() - startedAt.getTime());
  return durationMs === null ? '' : formatDuration(durationMs);
}

/** Of the last attempt, as long as that matters. */
function troubleOf(step: StepView | undefined, now: Date): string | undefined {
  if (step === undefined) return undefined;
  const { error, state, nextAttemptAt, actor, reason } = step;
  if (state === 'error' && error !== null) {
    const next = nextAttemptAt === null ? '' : `; next attempt ${formatUntil(nextAttemptAt, now)}`;
    return `${error.code ?? error.class}: ${firstLine(error.message)}${next}`;
  }
  return actor === null ? undefined : `by ${actor}${reason === null ? '' : `: ${reason}`}`;
}

/** Without its full stop: more may follow. */
export function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/\.$/, '');
}
