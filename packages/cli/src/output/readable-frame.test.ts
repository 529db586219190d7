import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { readableFrame } from './readable-frame.ts';

const url = pathToFileURL('/app/tasks/report.js').href;

it('names files by their paths from here, without the number of their loading', () => {
  expect(readableFrame(`at async run (${url}?tasker-reload=12:15:20)`, '/app')).toBe(
    'at async run (tasks/report.js:15:20)',
  );
});

it('names files elsewhere by their whole paths', () => {
  expect(readableFrame(`at ${url}:15:20`, '/home/ada')).toBe('at /app/tasks/report.js:15:20');
});

it('leaves other lines as they are', () => {
  expect(readableFrame('at Array.map (<anonymous>)')).toBe('at Array.map (<anonymous>)');
});
