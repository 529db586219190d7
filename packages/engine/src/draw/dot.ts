import type { Graph } from './graph.ts';
import { captionOf, lookOf } from './look.ts';

/** A digraph for Graphviz. */
export function drawDot(graph: Graph): string {
  const title = graph.status === undefined ? graph.title : `${graph.title}: ${graph.status}`;
  return [
    `digraph ${quote([title])} {`,
    `  label=${quote([title])}; labelloc=t; fontname="sans-serif"; rankdir=TB;`,
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];',
    ...graph.steps.map((step, position) => {
      const { sign, light, dashed } = lookOf(step);
      const label = quote([sign === '' ? step.name : `${sign} ${step.name}`, captionOf(step)]);
      const style = dashed ? ', style="rounded,filled,dashed"' : '';
      return `  s${position} [label=${label}, fillcolor="${light.fill}", color="${light.stroke}", fontcolor="${light.text}"${style}];`;
    }),
    ...graph.steps.flatMap(({ children }, from) => children.map((to) => `  s${from} -> s${to};`)),
    '}',
    '',
  ].join('\n');
}

/** Lines in the quotes of the language, in which a backslash would begin one of its own escapes. */
function quote(lines: readonly string[]): string {
  const escaped = lines
    .filter((line) => line !== '')
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').replace(/["\\]/g, (character) => `\\${character}`));
  return `"${escaped.join('\\n')}"`;
}
