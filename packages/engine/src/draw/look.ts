import type { StepState } from '@tasker/contract';
import type { GraphNode } from './graph.ts';

/** How a box is painted: its ground, its outline, and what is written in it. */
export interface Paint {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
}

export interface Look {
  /** Before the name, so that nobody needs to tell colours apart. */
  readonly sign: string;
  /** The state in the words of the contract; empty for a template's step. */
  readonly word: string;
  readonly light: Paint;
  readonly dark: Paint;
  /** The outline is broken: the step will not run. */
  readonly dashed: boolean;
}

export function lookOf({ state }: GraphNode): Look {
  return state === undefined ? plain : looks[state];
}

/** Text has a contrast of at least 7 to its ground, the outline one of at least 3. */
const looks: Readonly<Record<StepState, Look>> = {
  pending: look('○', 'pending', ['#f4f4f6', '#7d7d88', '#3a3a44'], ['#25262c', '#85868f', '#d5d6dc']),
  in_progress: look('▶', 'in_progress', ['#dcebfd', '#1c67c4', '#0c2f5e'], ['#10294a', '#5a9ff0', '#cfe3fb']),
  complete: look('✓', 'complete', ['#dcf5e1', '#21803a', '#0b3d19'], ['#0f3219', '#43a85d', '#cdf0d5']),
  error: look('✗', 'error', ['#fde3e1', '#c5281e', '#6a0f09'], ['#47130f', '#f0685e', '#fbd8d5']),
  cancelled: look('⊘', 'cancelled', ['#eeeef0', '#6b6b75', '#3a3a44'], ['#2a2b30', '#8e8f99', '#d5d6dc'], true),
  resolved_manually: look(
    '✓',
    'resolved_manually',
    ['#d9f3f1', '#127a72', '#073c38'],
    ['#0b322f', '#38a89f', '#c9eeeb'],
  ),
  waiting: look('…', 'waiting', ['#fdf1cd', '#946400', '#4a3200'], ['#3a2c08', '#cf9a2b', '#f8e6b8']),
  skipped: look('↷', 'skipped', ['#f7f7f8', '#7d7d88', '#44444e'], ['#1f2024', '#85868f', '#c8c9d0'], true),
};

const plain = look('', '', ['#ffffff', '#5d6470', '#23262c'], ['#22252b', '#8b93a1', '#e6e8ec']);

export const allLooks: readonly Look[] = [plain, ...Object.values(looks)];

type Colours = readonly [fill: string, stroke: string, text: string];

function look(sign: string, word: string, light: Colours, dark: Colours, dashed = false): Look {
  return { sign, word, light: paint(light), dark: paint(dark), dashed };
}

function paint([fill, stroke, text]: Colours): Paint {
  return { fill, stroke, text };
}

/** What a step says under its name. */
export function captionOf(node: GraphNode): string {
  return [lookOf(node).word, node.detail].filter((part) => part !== '').join(', ');
}
