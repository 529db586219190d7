// A module hook: our packages resolve to their source, everyone else's to what they publish.
export function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith('@tasker/')) return nextResolve(specifier, context);
  return nextResolve(specifier, { ...context, conditions: [...context.conditions, 'tasker-source'] });
}
