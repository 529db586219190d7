import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { arbitraryDrawnGraph } from '../../test/arbitraries/drawn-graph.ts';
import { drawGraph } from './draw-graph.ts';
import type { Graph } from './graph.ts';

const diamond: Graph = {
  title: 'shop/order@1.0.0',
  steps: [
    { name: 'validate', detail: '', state: 'complete', parents: [], children: [1, 2] },
    { name: 'charge', detail: 'attempt 2 of 3, will be retried', state: 'error', parents: [0], children: [3] },
    { name: 'reserve', detail: '', state: 'in_progress', parents: [0], children: [3] },
    { name: 'ship', detail: '', state: 'pending', parents: [1, 2], children: [] },
  ],
};

describe('TC-121: a drawing', () => {
  it('in lines tells states in words', () => {
    expect(drawGraph(diamond, { format: 'ascii' })).toBe(
      [
        'shop/order@1.0.0',
        '',
        '✓    validate  complete',
        '├─╮',
        '✗ │  charge  error, attempt 2 of 3, will be retried',
        '│ ▶  reserve  in_progress',
        '├─╯',
        '○    ship  pending',
      ].join('\n'),
    );
  });

  it('for Mermaid is a flow chart (SURF-82)', () => {
    expect(drawGraph(diamond, { format: 'mermaid' })).toBe(
      [
        '---',
        'title: "shop/order@1.0.0"',
        '---',
        'flowchart TD',
        '  s0["✓ validate<br/>complete"]:::is_complete',
        '  s1["✗ charge<br/>error, attempt 2 of 3, will be retried"]:::is_error',
        '  s2["▶ reserve<br/>in_progress"]:::is_in_progress',
        '  s3["○ ship<br/>pending"]:::is_pending',
        '  s0 --> s1',
        '  s0 --> s2',
        '  s1 --> s3',
        '  s2 --> s3',
        '  classDef is_pending fill:#f4f4f6,stroke:#7d7d88,color:#3a3a44',
        '  classDef is_in_progress fill:#dcebfd,stroke:#1c67c4,color:#0c2f5e',
        '  classDef is_complete fill:#dcf5e1,stroke:#21803a,color:#0b3d19',
        '  classDef is_error fill:#fde3e1,stroke:#c5281e,color:#6a0f09',
        '',
      ].join('\n'),
    );
  });

  it('in SVG says all of a step to those who hear it, and shortens what is too long to be shown', () => {
    const name = 'n'.repeat(80);
    const svg = drawGraph(
      { title: 't', steps: [{ name, detail: '', state: 'skipped', parents: [], children: [] }] },
      { format: 'svg' },
    );
    expect(svg).toContain(`role="graphics-symbol" aria-label="${name}, skipped"`);
    expect(svg).toContain(`>↷ ${'n'.repeat(43)}…</text>`);
  });
});

describe('whatever the names hold', () => {
  it.prop([arbitraryDrawnGraph()])('SVG is well-formed, with each step and each dependency once', (graph) => {
    const svg = drawGraph(graph, { format: 'svg' });
    const tags = tagsOf(svg);
    expect(tags.filter(({ attributes }) => attributes.get('role') === 'graphics-symbol')).toHaveLength(
      graph.steps.length,
    );
    const edges = tags.flatMap(({ attributes }) =>
      attributes.has('data-from') ? [`${attributes.get('data-from')}>${attributes.get('data-to')}`] : [],
    );
    expect(edges.toSorted()).toEqual(edgesOf(graph).toSorted());
    expect(drawGraph(graph, { format: 'svg' })).toBe(svg);
  });

  it.prop([arbitraryDrawnGraph()])(
    'Mermaid has each step and each dependency in a line of its own, and no other',
    (graph) => {
      const lines = drawGraph(graph, { format: 'mermaid' }).split('\n').slice(4, -1);
      const nodes = lines.flatMap(
        (line) => /^ {2}s(\d+)\["(?:[^"\\%`;<]|<br\/>|#\d+;)*"\]:::is_\w+$/u.exec(line)?.[1] ?? [],
      );
      const edges = lines.flatMap(
        (line) =>
          line
            .match(/^ {2}s(\d+) --> s(\d+)$/)
            ?.slice(1)
            .join('>') ?? [],
      );
      const classes = lines.filter((line) => line.startsWith('  classDef is_'));
      expect(nodes).toEqual([...graph.steps.keys()].map(String));
      expect(edges.toSorted()).toEqual(edgesOf(graph).toSorted());
      expect(lines).toHaveLength(nodes.length + edges.length + classes.length);
    },
  );

  it.prop([arbitraryDrawnGraph()])(
    'DOT has each step and each dependency in a line of its own, and no other',
    (graph) => {
      const lines = drawGraph(graph, { format: 'dot' }).split('\n').slice(3, -2);
      const nodes = lines.flatMap(
        (line) => /^ {2}s(\d+) \[label="(?:[^"\\]|\\["\\n])*", fillcolor=/u.exec(line)?.[1] ?? [],
      );
      const edges = lines.flatMap(
        (line) =>
          line
            .match(/^ {2}s(\d+) -> s(\d+);$/)
            ?.slice(1)
            .join('>') ?? [],
      );
      expect(nodes).toEqual([...graph.steps.keys()].map(String));
      expect(edges.toSorted()).toEqual(edgesOf(graph).toSorted());
      expect(lines).toHaveLength(nodes.length + edges.length);
    },
  );

  it.prop([arbitraryDrawnGraph(60)])('lines show each step once and hold no control characters', (graph) => {
    const text = drawGraph(graph, { format: 'ascii' });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    const marked = text
      .split('\n')
      .slice(2)
      .filter((line) => /^[│├─╮╯┬┴┼ ]*[●○▶✓✗⊘…↷]/u.test(line));
    expect(marked).toHaveLength(graph.steps.length);
  });
});

it('a thousand steps are drawn in every format', () => {
  const random =
    fc.sample(fc.array(fc.nat(999), { minLength: 3000, maxLength: 3000 }), { seed: 7, numRuns: 1 })[0] ?? [];
  const parents = Array.from({ length: 1000 }, (_, step) =>
    [...new Set(random.slice(step * 3, step * 3 + 3).filter((parent) => parent < step))].toSorted((a, b) => a - b),
  );
  const graph: Graph = {
    title: 'large',
    steps: parents.map((own, position) => ({
      name: `step_${position}`,
      detail: 'large.handler',
      parents: own,
      children: [...parents.entries()].flatMap(([child, others]) => (others.includes(position) ? [child] : [])),
    })),
  };
  for (const format of ['ascii', 'mermaid', 'dot', 'svg'] as const) {
    expect(drawGraph(graph, { format })).toContain('step_999');
  }
});

function edgesOf({ steps }: Graph): string[] {
  return steps.flatMap(({ children }, from) => children.map((to) => `${from}>${to}`));
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The tags of XML; throws where it is not well-formed. */
function tagsOf(xml: string): Tag[] {
  const tags: Tag[] = [];
  const open: string[] = [];
  const part = /<(\/?)([a-z]+)((?: [a-zA-Z-]+(?:="[^"<]*"))*)(\/?)>|([^<]+)/guy;
  let at = 0;
  for (const match of xml.matchAll(part)) {
    if (match.index !== at) break;
    at += match[0].length;
    const [whole, closes, name = '', attributes = '', empty, text] = match;
    if (/&(?!#\d+;)/.test(whole)) throw new Error(`a bare & in ${whole}`);
    // What XML 1.0 has no place for.
    if (/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(whole))
      throw new Error(`unfit: ${whole}`);
    if (text !== undefined) continue;
    if (closes) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = Array.from(
      attributes.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g),
      ([, key = '', value = '']) => [key, value] as const,
    );
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute twice in ${whole}`);
    tags.push({ name, attributes: new Map(pairs) });
    if (!empty) open.push(name);
  }
  if (at !== xml.length || open.length > 0) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 80)}`);
  return tags;
}
