import { describe, expect, it } from 'vitest';
import { TemplateNotRunnable } from '../../errors.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import { normaliseTemplate } from '../1-template/template-document.ts';
import { prepareTask } from './submit-tasks.ts';

describe('a task of a template with steps that cannot run yet', () => {
  it('is refused with the steps that are the reason', () => {
    const plan = compilePlan(
      normaliseTemplate({
        name: 'approval',
        steps: [
          { name: 'request', handler: { callable: 'a' } },
          { name: 'route', type: 'decision', handler: { callable: 'b' }, dependencies: ['request'] },
          { name: 'finish', type: 'deferred_convergence', handler: { callable: 'c' }, dependencies: ['route'] },
        ],
      }),
    );
    const registered = { revisionId: 1, revision: 1, plan, queues: [1, 1, 1] };
    const submit = () => prepareTask('id', registered, { name: 'approval', context: {} });
    expect(submit).toThrow(TemplateNotRunnable);
    expect(submit).toThrow(
      'default/approval@0.1.0 cannot run: Step `route` is of type `decision`, which cannot run yet. ' +
        'Step `finish` is of type `deferred_convergence`, which cannot run yet.',
    );
  });
});
