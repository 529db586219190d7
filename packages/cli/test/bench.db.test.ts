import { expect, it } from 'vitest';
import { describeOneDatabase } from '../../engine/test/servers/databases.ts';
import { patience, runTasker } from './run-tasker.ts';

describeOneDatabase((kind) => {
  it('bench measures in a schema of its own, and leaves nothing behind', patience, async () => {
    const { db, url: database } = await kind.fresh({ empty: true });
    const measure = ['bench', '--json', '--tasks', '20', '--steps', '4', '--shape', 'wide', '--in-flight', '5'];
    const { code, out } = await runTasker(measure, { database });
    expect(JSON.parse(out)).toMatchObject({
      tasks: 20,
      steps: 4,
      shape: 'wide',
      oneAtATime: { tasks: 20, inFlight: 1, p50Ms: expect.any(Number) },
      atLoad: { tasks: 20, inFlight: 5, stepsPerSecond: expect.any(Number) },
    });
    expect(code).toBe(0);
    const schemas = await db.query({
      text: "select 1 from information_schema.schemata where schema_name like 'tasker%'",
    });
    expect(schemas).toEqual([]);
  });

  it('bench refuses numbers that are none before it touches the database', patience, async () => {
    const { url: database } = await kind.fresh({ empty: true });
    const { code, err } = await runTasker(['bench', '--tasks', 'many'], { database });
    expect(err).toContain('--tasks must be a whole number from 1 to 1000000, not many.');
    expect(code).toBe(2);
    const wide = await runTasker(['bench', '--shape', 'wide', '--steps', '2'], { database });
    expect(wide.err).toContain('--steps must be a whole number from 3');
  });
});
