import type { Graph, GraphNode } from './graph.ts';
import { type Box, layOut, type Route, type Size } from './lay-out.ts';
import { allLooks, captionOf, type Look, lookOf } from './look.ts';

/**
 * A picture that needs nothing else. The colours for light screens are attributes, so that they are there even where
 * a policy forbids styles; a style repaints them on dark ones.
 */
export function drawSvg(graph: Graph): string {
  const layout = layOut(
    graph.steps.map(({ children }) => children),
    graph.steps.map(sizeOf),
  );
  const title = graph.status === undefined ? graph.title : `${graph.title}: ${graph.status}`;
  const width = round(Math.max(layout.width, widthOf(shortened(title, 120), titleSize)) + 2 * margin);
  const height = round(layout.height + 2 * margin + titleHeight);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="tasker-graph" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="graphics-document" aria-label="${escape(title)}" font-family="${fonts}">`,
    `<title>${escape(title)}</title>`,
    `<style>${darkStyle}</style>`,
    '<defs><marker id="tasker-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      `<path class="tip" d="M0 0.5 8 4 0 7.5Z" fill="${lineColours.light}"/></marker></defs>`,
    `<rect class="ground" width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text class="head" x="${margin}" y="${margin + 12}" font-size="${titleSize}" font-weight="600" fill="#23262c">${escape(shortened(title, 120))}</text>`,
    `<g transform="translate(${margin} ${margin + titleHeight})">`,
    `<g fill="none" stroke="${lineColours.light}" stroke-width="1.4" class="lines" aria-hidden="true">`,
    ...layout.routes.map((route) => drawRoute(route, layout.direction)),
    '</g>',
    ...graph.steps.map((step, position) => drawStep(graph, step, layout.boxes[position])),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const margin = 20;
const titleHeight = 28;
const titleSize = 14;
const nameSize = 13;
const captionSize = 11;
const fonts = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
/** Characters of a name or a caption that are shown; the whole is in the title of the step. */
const mostCharacters = 44;
const lineColours = { light: '#767d89', dark: '#8b93a1' } as const;

function sizeOf(step: GraphNode): Size {
  const name = widthOf(nameLine(step), nameSize);
  const caption = widthOf(shortened(captionOf(step), mostCharacters), captionSize);
  return { width: Math.ceil(Math.max(96, name + 28, caption + 28)), height: captionOf(step) === '' ? 34 : 46 };
}

/** Of text in a font whose characters are all as wide, apart from those of East Asia, which take two places. */
function widthOf(text: string, size: number): number {
  const places = Array.from(text).reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0);
  return places * size * 0.61;
}

function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    character,
  );
}

function nameLine(step: GraphNode): string {
  const { sign } = lookOf(step);
  const name = shortened(step.name, mostCharacters);
  return sign === '' ? name : `${sign} ${name}`;
}

function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

function drawStep(graph: Graph, step: GraphNode, box: Box | undefined): string {
  if (box === undefined) return '';
  const look = lookOf(step);
  const { fill, stroke, text } = look.light;
  const caption = captionOf(step);
  const parents = step.parents.map((parent) => graph.steps[parent]?.name ?? '');
  const words = [step.name, caption, parents.length === 0 ? '' : `after ${parents.join(', ')}`];
  const said = escape(words.filter((each) => each !== '').join(', '));
  const middle = round(box.width / 2);
  const dashes = look.dashed ? ' stroke-dasharray="5 3"' : '';
  const centred = `x="${middle}" text-anchor="middle" fill="${text}"`;
  return (
    `<g class="step ${classOf(look)}" role="graphics-symbol" aria-label="${said}" data-step="${escape(step.name)}" transform="translate(${round(box.x)} ${round(box.y)})">` +
    `<title>${said}</title>` +
    `<rect width="${round(box.width)}" height="${round(box.height)}" rx="7" fill="${fill}" stroke="${stroke}" stroke-width="1.5"${dashes}/>` +
    `<text ${centred} y="${caption === '' ? 22 : 20}" font-size="${nameSize}" font-weight="600">${escape(nameLine(step))}</text>` +
    (caption === ''
      ? ''
      : `<text ${centred} y="36" font-size="${captionSize}">${escape(shortened(caption, mostCharacters))}</text>`) +
    '</g>'
  );
}

/** Through the rows in straight lines, from row to row in curves. */
function drawRoute({ from, to, points }: Route, direction: 'down' | 'right'): string {
  let path = '';
  for (const [index, { x, y }] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined) path += `M${round(x)} ${round(y)}`;
    else if (before.x === x || before.y === y) path += `L${round(x)} ${round(y)}`;
    else if (direction === 'down') {
      const half = (before.y + y) / 2;
      path += `C${round(before.x)} ${round(half)} ${round(x)} ${round(half)} ${round(x)} ${round(y)}`;
    } else {
      const half = (before.x + x) / 2;
      path += `C${round(half)} ${round(before.y)} ${round(half)} ${round(y)} ${round(x)} ${round(y)}`;
    }
  }
  return `<path d="${path}" data-from="${from}" data-to="${to}" marker-end="url(#tasker-arrow)"/>`;
}

function classOf({ word }: Look): string {
  return `is-${word === '' ? 'planned' : word}`;
}

const darkStyle = [
  '@media (prefers-color-scheme: dark) {',
  '.tasker-graph .ground { fill: #17191d }',
  '.tasker-graph .head { fill: #e6e8ec }',
  `.tasker-graph .lines { stroke: ${lineColours.dark} }`,
  `.tasker-graph .tip { fill: ${lineColours.dark} }`,
  ...allLooks.flatMap((look) => [
    `.tasker-graph .${classOf(look)} rect { fill: ${look.dark.fill}; stroke: ${look.dark.stroke} }`,
    `.tasker-graph .${classOf(look)} text { fill: ${look.dark.text} }`,
  ]),
  '}',
].join('\n');

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** For text and attributes alike. What XML cannot hold at all is left out. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[<>&"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
