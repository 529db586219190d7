import { readTemplate, type TemplateDocument } from '@tasker/engine';

/** A diamond whose steps run the handler `do`: first, then left and right, then last. */
export const diamond = templateOf({ first: [], left: ['first'], right: ['first'], last: ['left', 'right'] });

interface TemplateOptions {
  readonly name?: string;
  readonly namespace_name?: string;
  readonly version?: string;
  readonly handler?: string;
}

/** A template of which each step runs one handler, by default `do`, by the names of the steps each runs after. */
export function templateOf(
  parents: Readonly<Record<string, readonly string[]>>,
  { handler = 'do', ...more }: TemplateOptions = {},
): TemplateDocument {
  return readTemplate({
    name: 'diamond',
    namespace_name: 'shapes',
    version: '1.0.0',
    ...more,
    steps: Object.entries(parents).map(([name, dependencies]) => ({
      name,
      dependencies,
      handler: { callable: handler },
      retry: { backoff: 'none', max_attempts: 2 },
      skippable: true,
    })),
  });
}
