import { expect, it } from 'vitest';
import { problemsOf } from './problems.ts';

it.each([
  ['nothing', {}, []],
  ['half of the tasks in error', { tasks: [50, 100] }, []],
  [
    'more than half of the tasks in error',
    { tasks: [51, 100] },
    ['51 % of all tasks are in error; the limit is 50 %.'],
  ],
  ['half of the steps in error', { steps: [500, 1000] }, []],
  [
    'a little more than half of the steps',
    { steps: [501, 1000] },
    ['50.1 % of all steps are in error; the limit is 50 %.'],
  ],
  ['nine of ten connections in use', { connections: [90, 100] }, []],
  [
    'more than nine of ten connections',
    { connections: [91, 100] },
    ['91 % of the database’s connections are in use; the limit is 90 %.'],
  ],
  [
    'everything at once',
    { tasks: [1, 1], steps: [1, 1], connections: [1, 1] },
    [
      '100 % of the database’s connections are in use; the limit is 90 %.',
      '100 % of all tasks are in error; the limit is 50 %.',
      '100 % of all steps are in error; the limit is 50 %.',
    ],
  ],
] satisfies [string, Given, string[]][])('SURF-71 %s is unhealthy only above the limit', (_, given, expected) => {
  expect(problemsOf(countsOf(given))).toEqual(expected);
});

/** The part and the whole. */
type Share = readonly [number, number];

interface Given {
  readonly tasks?: Share;
  readonly steps?: Share;
  readonly connections?: Share;
}

function countsOf({ tasks = [0, 0], steps = [0, 0], connections = [0, 0] }: Given) {
  const none = { pending: 0, inProgress: 0, complete: 0, cancelled: 0, resolvedManually: 0 };
  return {
    tasks: { ...none, error: tasks[0], total: tasks[1] },
    steps: { ...none, error: steps[0], total: steps[1] },
    database: { activeConnections: connections[0], maxConnections: connections[1] },
  };
}
