import type { Graph, GraphNode } from './graph.ts';
import { captionOf, lookOf } from './look.ts';
import { drawRails } from './rails.ts';

/** Lines for a terminal; a graph that lines cannot show is a list in which each step names those before it. */
export function drawText(graph: Graph): string {
  const head = graph.status === undefined ? graph.title : `${graph.title}: ${graph.status}`;
  return [oneLine(head), '', ...(withRails(graph) ?? asList(graph))].join('\n');
}

function withRails({ steps }: Graph): string[] | undefined {
  const rails = drawRails(steps);
  if (rails === undefined) return undefined;
  const width = Math.max(
    0,
    ...rails.map(({ step, before, after }) => before.length + after.length + (step === undefined ? 0 : 1)),
  );
  return rails.map(({ step: position, before, after }) => {
    const step = position === undefined ? undefined : steps[position];
    if (step === undefined) return before;
    return `${`${before}${markOf(step)}${after}`.padEnd(width)}  ${labelOf(step)}`;
  });
}

function asList({ steps }: Graph): string[] {
  return steps.map((step) => {
    const parents = step.parents.map((parent) => oneLine(steps[parent]?.name ?? ''));
    return `${markOf(step)} ${labelOf(step)}${parents.length === 0 ? '' : `, after ${parents.join(', ')}`}`;
  });
}

function markOf(step: GraphNode): string {
  return lookOf(step).sign || '●';
}

function labelOf(step: GraphNode): string {
  return [step.name, captionOf(step)]
    .filter((part) => part !== '')
    .map(oneLine)
    .join('  ');
}

/** Names may hold anything; a terminal would act upon control characters. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
