import type { ErrorRecord, StepState } from '@tasker/contract';
import type { StepResource } from '@tasker/contract/wire';
import { drawRails, type RailLine } from '@tasker/engine';
import { layOut } from './table.ts';
import type { Style, Terminal } from './terminal.ts';
import { formatDuration, formatUntil } from './time.ts';

/** The steps of a task as a graph, one line each and one more for what went wrong; parents stand above children. */
export function stepGraph(steps: readonly StepResource[], { style }: Pick<Terminal, 'style'>, now: Date): string[] {
  const drawn = drawRails(childrenOf(steps));
  const rows = (drawn ?? steps.map((_, place) => plainLine(place))).flatMap((line) => {
    const step = line.step === undefined ? undefined : steps[line.step];
    if (step === undefined) return [[line.before]];
    const { mark, state, attempts, duration } = stepCells(step, style, now);
    const cells = [
      `${line.before}${mark}${line.after}`,
      step.name,
      state,
      attempts,
      duration,
      // Without lines the parents have to be told.
      ...(drawn === undefined && step.depends_on.length > 0 ? [`after ${step.depends_on.join(', ')}`] : []),
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

/** What is said of a step in a line. */
export function stepCells(step: StepResource, style: Terminal['style'], now: Date) {
  const mark = markOf(step);
  return {
    mark: style(mark.style, mark.sign),
    state: style(mark.style, stateOf(step)),
    attempts: attemptsOf(step),
    duration: durationOf(step, now),
  };
}

/** By their places in the list. */
function childrenOf(steps: readonly StepResource[]): { readonly children: number[] }[] {
  const children: { readonly children: number[] }[] = steps.map(() => ({ children: [] }));
  const places = new Map(steps.map(({ name }, place) => [name, place]));
  for (const [place, { depends_on: parents }] of steps.entries()) {
    for (const parent of parents) children[places.get(parent) ?? -1]?.children.push(place);
  }
  return children;
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

function markOf(step: StepResource) {
  return step.next_attempt_at === null ? marks[step.status] : ({ sign: '↻', style: 'yellow' } as const);
}

/** The state in the words of the contract; that another attempt follows is worth saying beside `error`. */
function stateOf(step: StepResource): string {
  return step.next_attempt_at === null ? step.status : `${step.status}, retrying`;
}

function attemptsOf({ attempts, status, retry_limit: limit }: StepResource): string {
  const begun = status === 'in_progress' ? attempts + 1 : attempts;
  return begun === 0 ? '' : `attempt ${begun} of ${limit}`;
}

function durationOf({ status, started_at: startedAt, duration_ms: durationMs }: StepResource, now: Date): string {
  if (status === 'in_progress' && startedAt !== null) return formatDuration(now.getTime() - Date.parse(startedAt));
  return durationMs === null ? '' : formatDuration(durationMs);
}

/** Of the last attempt, as long as that matters. */
function troubleOf(step: StepResource | undefined, now: Date): string | undefined {
  if (step === undefined) return undefined;
  const { error, status, next_attempt_at: nextAt, actor, reason } = step;
  if (status === 'error' && error !== null) {
    const next = nextAt === null ? '' : `; next attempt ${formatUntil(new Date(nextAt), now)}`;
    return `${errorText(error)}${next}`;
  }
  return actor === null ? undefined : `by ${actor}${reason === null ? '' : `: ${reason}`}`;
}

/** A failure in a line, with what tells it from others in front. */
export function errorText({
  code,
  class: className,
  message,
}: Pick<ErrorRecord, 'code' | 'class' | 'message'>): string {
  const kind = code ?? className;
  const line = firstLine(message);
  // Node.js begins the messages of its system errors with their codes.
  return line.startsWith(`${kind}: `) ? line : `${kind}: ${line}`;
}

/** Without its full stop: more may follow. */
function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/\.$/, '');
}
