import { expect, it } from 'vitest';
import { refusal } from '../../../test/scenarios/intercept.ts';
import { createTaskIds } from './task-id.ts';
import { writeInRoom } from './write-in-room.ts';

const at = Date.UTC(2030, 0, 1);
const tasks = [{ id: createTaskIds(() => at, Math.random)() }];
const noRoom = () => refusal('23514', 'no partition of relation "task" found for row');

it('makes room for the time of the tasks when there is none, and writes again', async () => {
  const made: (readonly number[])[] = [];
  let tries = 0;
  const write = async () => {
    tries += 1;
    if (made.length === 0) throw noRoom();
    return 'written';
  };
  expect(await writeInRoom(tasks, async (moments) => void made.push(moments), write)).toBe('written');
  expect([made, tries]).toEqual([[[at]], 2]);
});

it('writes again what only lost a race, and gives up on what fails again and again', async () => {
  let tries = 0;
  const write = async () => {
    tries += 1;
    throw refusal('40P01', 'deadlock detected');
  };
  await expect(writeInRoom(tasks, async () => undefined, write)).rejects.toThrow('deadlock');
  expect(tries).toBe(5);
});

it('passes on every other refusal at once', async () => {
  let tries = 0;
  const write = async () => {
    tries += 1;
    throw Object.assign(refusal('23514', 'a check'), { constraint: 'context_is_object' });
  };
  await expect(writeInRoom(tasks, async () => undefined, write)).rejects.toThrow('a check');
  expect(tries).toBe(1);
});
