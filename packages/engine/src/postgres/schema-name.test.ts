import { expect, it } from 'vitest';
import { checkSchemaName, inSchema } from './schema-name.ts';

it('leaves statements alone in the schema they are written for', () => {
  expect(inSchema('select * from tasker.task', 'tasker')).toBe('select * from tasker.task');
});

it('puts another schema before the dot and after the word schema, and nowhere else', () => {
  expect(inSchema('select tasker.now(), t.x from tasker.task t join TASKER.step', 'other')).toBe(
    'select "other".now(), t.x from "other".task t join "other".step',
  );
  expect(
    inSchema('create schema tasker; drop schema if exists tasker; grant usage on schema tasker to x', 'other'),
  ).toBe('create schema "other"; drop schema if exists "other"; grant usage on schema "other" to x');
  for (const text of [
    "select 'tasker'",
    'from mytasker.task',
    'from tasker_old.task',
    'set application_name to tasker',
  ]) {
    expect(inSchema(text, 'other')).toBe(text);
  }
});

it('refuses names that would need escaping or belong to PostgreSQL', () => {
  expect(checkSchemaName('team_7')).toBe('team_7');
  for (const name of ['', 'Team', 'a"b', 'a.b', '7up', 'pg_team', 'information_schema', 'x'.repeat(49)]) {
    expect(() => checkSchemaName(name)).toThrow(/database schema .* cannot be used/);
  }
});
