import { expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

it('so many are let in at once, and as many again when they have left, however they have', async () => {
  const admission = createAdmission('submissions', 2);
  const leave: ((how: 'done' | 'failed') => void)[] = [];
  const work = () =>
    new Promise<string>((resolve, reject) => {
      leave.push((how) => {
        if (how === 'done') resolve(how);
        else reject(new Error(how));
      });
    });
  const inside = [admission.within(work), admission.within(work)];
  await expect(admission.within(work)).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(leave).toHaveLength(2);
  leave[0]?.('done');
  leave[1]?.('failed');
  expect(await Promise.allSettled(inside)).toMatchObject([{ value: 'done' }, { reason: { message: 'failed' } }]);
  const next = admission.within(work);
  leave[2]?.('done');
  expect(await next).toBe('done');
});
