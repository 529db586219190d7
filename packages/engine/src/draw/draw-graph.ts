import { drawDot } from './dot.ts';
import type { Graph } from './graph.ts';
import { drawMermaid } from './mermaid.ts';
import { drawSvg } from './svg.ts';
import { drawText } from './text.ts';

export const graphFormats = ['ascii', 'mermaid', 'dot', 'svg'] as const;
export type GraphFormat = (typeof graphFormats)[number];

export interface DrawGraphOptions {
  readonly format: GraphFormat;
}

/**
 * Draws a graph. The same graph always gives the same text. Every step and every dependency is drawn once, whatever
 * the names hold; states are told in words and, where there are colours, in colours.
 *
 * - `ascii`: lines for a terminal, the last without a newline behind it
 * - `mermaid`: a flow chart in Mermaid's language
 * - `dot`: a digraph in the language of Graphviz
 * - `svg`: a picture that needs nothing else, legible on light and on dark screens
 */
export function drawGraph(graph: Graph, { format }: DrawGraphOptions): string {
  switch (format) {
    case 'ascii':
      return drawText(graph);
    case 'mermaid':
      return drawMermaid(graph);
    case 'dot':
      return drawDot(graph);
    case 'svg':
      return drawSvg(graph);
  }
}
