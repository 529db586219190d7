import { UsageError } from '../exit.ts';

export interface TemplateReference {
  readonly namespace: string;
  readonly name: string;
  /** Undefined: the latest. */
  readonly version: string | undefined;
}

/**
 * Reads `name`, `namespace/name` or `namespace/name@version`. Of a name with more than one `/` the last part is the
 * template's.
 */
export function parseTemplateReference(text: string): TemplateReference {
  const [, namespace = 'default', name, version] = /^(?:(.+)\/)?([^/@]+)(?:@([^@]+))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new UsageError(
      `A template is named like namespace/name or namespace/name@1.0.0, not ${JSON.stringify(text)}.`,
    );
  }
  return { namespace, name, version };
}
