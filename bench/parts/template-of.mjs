/** The graph of a workload as a template whose handlers are elsewhere. */
export function templateOf(workload) {
  return {
    namespace_name: 'bench',
    name: workload.name,
    version: '1.0.0',
    steps: workload.steps.map(({ name, parents }) => ({
      name,
      handler: { callable: `bench.${name}` },
      dependencies: parents.map((parent) => workload.steps[parent].name),
    })),
  };
}

/** What somebody says who submits one of its tasks, in the words of the engine and of HTTP alike. */
export function requestOf(name) {
  return {
    namespace: 'bench',
    name,
    context: { customer: 'c-17', items: ['book', 'pen'], total: 4200 },
    initiator: 'shop',
    tags: ['web'],
  };
}
