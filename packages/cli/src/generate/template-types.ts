import type { JsonObject, StepDocument, TemplateDocument } from '@tasker/contract';
import { camelCase, createNames, kebabCase, pascalCase, writtenKey } from './identifiers.ts';
import { comment, schemaType } from './schema-type.ts';

/** A file that was made, and whether people go on writing in it. */
export interface GeneratedFile {
  /** Relative to the folder that was asked for. */
  readonly path: string;
  readonly text: string;
  readonly edited: boolean;
}

/**
 * TypeScript of a template: a file with the types of its context and results, a stub for each handler that its steps
 * refer to, and a module that exports all handlers.
 */
export function templateFiles(document: TemplateDocument): GeneratedFile[] {
  const types = templateTypes(document);
  const typesFile = `${kebabCase(document.name)}.types.ts`;
  const names = createNames();
  const fileNames = createNames(['index']);
  const stubs = types.handlers.map((handler) => ({
    ...handler,
    exported: names(camelCase(handler.callable.split(/\.|::|#/).at(-1) ?? '')),
    file: fileNames(kebabCase(handler.firstStep.name)),
  }));
  return [
    { path: typesFile, text: types.text, edited: false },
    ...stubs.map((stub) => ({ path: `handlers/${stub.file}.ts`, text: stubText(stub, typesFile), edited: true })),
    {
      path: 'handlers/index.ts',
      text: [generatedLine(document), ...stubs.map(({ file }) => `export * from './${file}.ts';`), ''].join('\n'),
      edited: false,
    },
  ];
}

/** In the first line of files that are made again and again. */
export const generatedMark = 'Made by `tasker template types`';

function generatedLine({ namespace_name: namespace, name, version }: TemplateDocument): string {
  return `// ${generatedMark} from ${namespace}/${name}@${version}. Made again it is overwritten: do not edit it.`;
}

/** What is known of a handler from the steps that refer to it. */
interface HandlerTypes {
  readonly callable: string;
  readonly firstStep: StepDocument;
  readonly steps: readonly string[];
  /** The types of what it is given and of what it returns. */
  readonly givenType: string;
  readonly resultType: string;
  /** Names of arguments, and the steps or the keys of the context that they come from. */
  readonly depends: ReadonlyMap<string, string>;
  readonly inputs: ReadonlyMap<string, string>;
}

export interface TemplateTypes {
  readonly text: string;
  readonly handlers: readonly HandlerTypes[];
}

/** The types alone. */
export function templateTypes(document: TemplateDocument): TemplateTypes {
  const { namespace_name: namespace, name, version, steps, input_schema: contextSchema } = document;
  const uniqueName = createNames(['StepContext']);
  const prefix = pascalCase(name);
  const contextType = uniqueName(`${prefix}Context`);
  const submissionType = uniqueName(`${prefix}Submission`);
  const resultsType = uniqueName(`${prefix}Results`);
  const resultTypes = new Map(steps.map((step) => [step.name, uniqueName(`${pascalCase(step.name)}Result`)]));
  const declare = (about: string, named: string, schema: JsonObject | undefined, otherwise: string) => {
    const options = { name: named, uniqueName, defaultsFilled: named === contextType };
    const { type, declarations } = schemaType(schema ?? {}, options);
    return [
      `/** ${about} */`,
      `export type ${named} = ${schema === undefined ? otherwise : type};`,
      ...declarations,
      '',
    ];
  };
  const handlers = handlersOf(document, resultTypes, uniqueName);
  const lines = [
    generatedLine(document),
    ...(handlers.length === 0 ? [] : ["import type { StepContext } from '@tasker/engine';", '']),
    ...declare(
      `The context of ${namespace}/${name}@${version} as handlers are given it: with its defaults.`,
      contextType,
      contextSchema,
      '{ readonly [key: string]: unknown }',
    ),
    ...declare(
      'The same as it is submitted: what has a default may be left out.',
      submissionType,
      contextSchema,
      '{ readonly [key: string]: unknown }',
    ),
    ...steps.flatMap((step) =>
      declare(
        `What step \`${step.name}\` returns.`,
        resultTypes.get(step.name) ?? 'never',
        step.result_schema,
        'unknown',
      ),
    ),
    '/** The results of all steps, by name; a step that was skipped has none. */',
    `export interface ${resultsType} {`,
    ...steps.flatMap((step) => [
      ...comment({ description: step.description ?? '' }).map((text) => `  ${text}`),
      `  readonly ${writtenKey(step.name)}?: ${resultTypes.get(step.name)};`,
    ]),
    '}',
    ...handlers.flatMap((handler) => givenLines(handler, contextType, resultTypes)),
    '',
  ];
  return { text: lines.join('\n'), handlers };
}

/** The handlers that steps refer to, each once. */
function handlersOf(
  { steps, input_schema: contextSchema }: TemplateDocument,
  resultTypes: ReadonlyMap<string, string>,
  uniqueName: (wanted: string) => string,
): HandlerTypes[] {
  const byCallable = new Map<string, StepDocument[]>();
  for (const step of steps) {
    byCallable.set(step.handler.callable, [...(byCallable.get(step.handler.callable) ?? []), step]);
  }
  return [...byCallable].flatMap(([callable, served]) => {
    const [firstStep] = served;
    if (firstStep === undefined) return [];
    const results = [...new Set(served.flatMap((step) => resultTypes.get(step.name) ?? []))];
    const shared = firstStep.dependencies.filter((parent) =>
      served.every((step) => step.dependencies.includes(parent)),
    );
    const argument = createNames(['context']);
    return [
      {
        callable,
        firstStep,
        steps: served.map((step) => step.name),
        givenType: uniqueName(`${pascalCase(firstStep.name)}Arguments`),
        resultType: results.join(' | '),
        depends: new Map(shared.map((parent) => [argument(camelCase(parent)), parent])),
        inputs: new Map(keysOf(contextSchema).map((key) => [argument(camelCase(key)), key])),
      },
    ];
  });
}

function keysOf(schema: JsonObject | undefined): string[] {
  const properties = schema?.['type'] === 'object' ? schema['properties'] : undefined;
  return typeof properties === 'object' && properties !== null && !Array.isArray(properties)
    ? Object.keys(properties)
    : [];
}

function givenLines(
  { callable, givenType, depends, inputs }: HandlerTypes,
  contextType: string,
  resultTypes: ReadonlyMap<string, string>,
): string[] {
  return [
    '',
    `/** What \`${callable.replaceAll('*/', '*\\/')}\` is given; the result of a step that was skipped is null. */`,
    `export interface ${givenType} {`,
    ...Array.from(depends, ([name, step]) => `  readonly ${name}: ${resultTypes.get(step)} | null;`),
    ...Array.from(inputs, ([name, key]) => `  readonly ${name}: ${contextType}[${JSON.stringify(key)}];`),
    '  readonly context: StepContext;',
    '}',
  ];
}

interface Stub extends HandlerTypes {
  readonly exported: string;
  readonly file: string;
}

function stubText(
  { callable, firstStep, steps, givenType, resultType, depends, inputs, exported }: Stub,
  typesFile: string,
): string {
  const needs = [...objectLiteral('depends', depends), ...objectLiteral('inputs', inputs)];
  const types = [...new Set([givenType, ...resultType.split(' | ')])].toSorted();
  const who = steps.length === 1 ? `Step \`${steps[0]}\`` : `Steps ${steps.map((step) => `\`${step}\``).join(', ')}`;
  const [about] = comment({
    description: `${who}${firstStep.description === undefined ? '' : `: ${firstStep.description}`}`,
  });
  return [
    "import { defineHandler, PermanentError } from '@tasker/engine';",
    `import type { ${types.join(', ')} } from '../${typesFile}';`,
    '',
    about ?? '',
    `export const ${exported} = defineHandler(`,
    `  ${quoted(callable)},`,
    `  ${needs.length === 0 ? '{}' : `{ ${needs.join(', ')} }`},`,
    `  async ({ context }: ${givenType}): Promise<${resultType}> => {`,
    `    throw new PermanentError(\`The handler of step \${context.stepName} is not written yet.\`, {`,
    "      errorCode: 'NOT_WRITTEN',",
    '    });',
    '  },',
    ');',
    '',
  ].join('\n');
}

function objectLiteral(key: string, members: ReadonlyMap<string, string>): string[] {
  if (members.size === 0) return [];
  const written = Array.from(members, ([name, from]) => `${name}: ${quoted(from)}`);
  return [`${key}: { ${written.join(', ')} }`];
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
