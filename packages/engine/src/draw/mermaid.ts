import type { Graph } from './graph.ts';
import { allLooks, captionOf, type Look, lookOf } from './look.ts';

/** A flow chart for Mermaid. */
export function drawMermaid(graph: Graph): string {
  const title = graph.status === undefined ? graph.title : `${graph.title}: ${graph.status}`;
  const used = new Set(graph.steps.map(lookOf));
  return [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    'flowchart TD',
    ...graph.steps.map((step, position) => {
      const { sign } = lookOf(step);
      const lines = [sign === '' ? step.name : `${sign} ${step.name}`, captionOf(step)].filter((line) => line !== '');
      return `  s${position}["${lines.map(escapeText).join('<br/>')}"]:::${classOf(lookOf(step))}`;
    }),
    ...graph.steps.flatMap(({ children }, from) => children.map((to) => `  s${from} --> s${to}`)),
    ...allLooks.filter((look) => used.has(look)).map(classDefinition),
    '',
  ].join('\n');
}

function classDefinition(look: Look): string {
  const { fill, stroke, text } = look.light;
  const dashes = look.dashed ? ',stroke-dasharray:4 3' : '';
  return `  classDef ${classOf(look)} fill:${fill},stroke:${stroke},color:${text}${dashes}`;
}

/** Not the bare word: some, such as `end`, mean something to Mermaid. */
function classOf({ word }: Look): string {
  return `is_${word === '' ? 'step' : word}`;
}

/** Whatever is not known to be harmless becomes Mermaid's form of a character entity. */
function escapeText(text: string): string {
  return Array.from(text, (character) =>
    /[\p{L}\p{N} _.,:/○▶✓✗⊘…↷-]/u.test(character) ? character : `#${character.codePointAt(0) ?? 0};`,
  ).join('');
}
