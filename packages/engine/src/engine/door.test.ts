import { expect, it } from 'vitest';
import { TaskerStopped } from '../errors.ts';
import { createDoor } from './door.ts';

it('lets nobody in once it is closed, and is closed when the last one is out', async () => {
  const door = createDoor();
  const told: string[] = [];
  let finish: () => void = () => undefined;
  const inside = door.enter(
    () =>
      new Promise<string>((resolve) => {
        finish = () => {
          told.push('out');
          resolve('done');
        };
      }),
  );
  const closed = Promise.all([door.close(), door.close()]).then(() => told.push('closed'));
  await expect(door.enter(() => Promise.resolve('late'))).rejects.toBeInstanceOf(TaskerStopped);
  finish();
  expect(await inside).toBe('done');
  await closed;
  expect(told).toEqual(['out', 'closed']);
});

it('is not kept open by what fails', async () => {
  const door = createDoor();
  await expect(door.enter(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await door.close();
});
