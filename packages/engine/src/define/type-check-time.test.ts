import { describe, expect, it } from 'vitest';
import { checkTypes } from '../../test/types/check-types.ts';

/** Every step runs after the one before it and also reads the first. */
function chainOf(count: number): string {
  const steps = Array.from({ length: count }, (_, index) =>
    index === 0
      ? `.step('s0', { run: async ({ input }) => ({ n0: input.id.length }) })`
      : `.step('s${index}', { after: ['s${index - 1}'], run: async ({ results, context }) =>
          ({ n${index}: results.s${index - 1}.n${index - 1} + context.getDependencyResult('s0').n0 }) })`,
  );
  return taskOf(steps);
}

/** All steps at once, and one that runs after all of them. */
function starOf(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const steps = names.map((name) => `.step('${name}', { run: async ({ input }) => ({ ${name}: input.id.length }) })`);
  const sum = names.map((name) => `results.${name}.${name}`).join(' + ');
  return taskOf([
    ...steps,
    `.step('join', { after: ${JSON.stringify(names)}, run: ({ results }) => ({ sum: ${sum} }) })`,
  ]);
}

function taskOf(steps: readonly string[]): string {
  return `import { defineTask, jsonSchema } from './../define.ts';
export const task = defineTask({ name: 'big', input: jsonSchema<{ readonly id: string }>({}) })\n  ${steps.join('\n  ')};\n`;
}

describe('a task of a hundred steps', { timeout: 180_000 }, () => {
  it.each([
    ['one after the other', chainOf],
    ['side by side, and one that joins them', starOf],
  ])('%s is type-checked in less than two seconds', (_shape, write) => {
    expect(checkTypes(write(100)).errors).toEqual([]);
    // The first run warmed the compiler up. Of the next the quickest counts: other work on the machine slows them down.
    let seconds = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 5 && seconds >= 2; run += 1) seconds = Math.min(seconds, checkTypes(write(100)).seconds);
    expect(seconds).toBeLessThan(2);
  });

  it('is really checked: a step that does not exist is found', () => {
    const text = chainOf(10).replace(`after: ['s8']`, `after: ['s80']`);
    expect(checkTypes(text).errors.join('\n')).toContain(`'"s80"' is not assignable`);
  });
});
