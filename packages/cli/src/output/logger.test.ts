import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { createTerminal } from './terminal.ts';

it.each([
  ['what the command thinks fit', {}, ['warn: two', 'error: three']],
  ['what is configured', { logLevel: 'error' as const }, ['error: three']],
  ['nothing, where that is configured', { logLevel: 'silent' as const }, []],
  ['everything when asked', { logLevel: 'error' as const, verbose: true }, ['debug: one', 'warn: two', 'error: three']],
])('a command logs %s', (_, settings, expected) => {
  const lines: string[] = [];
  const terminal = { ...createTerminal(true), note: (line: string) => void lines.push(line) };
  const logger = createLogger({ terminal, verbose: false, logLevel: undefined, ...settings }, 'warn');
  logger.debug('one');
  logger.warn('two');
  logger.error('three');
  expect(lines).toEqual(expected);
});
