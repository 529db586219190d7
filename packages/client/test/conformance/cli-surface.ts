import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, errorCatalogue } from '@tasker/contract';
import type { InputOf, OperationName } from '../../src/index.ts';
import type { Answer, LeftOut, Surface } from './surface.ts';

interface Command {
  readonly args: readonly (string | undefined)[];
  /** For standard input. */
  readonly input?: string;
  /** For a file, whose name takes the place of FILE. */
  readonly file?: string;
  /** What is printed, in the form that HTTP gives it. Default: it is the same. */
  readonly read?: (printed: Record<string, unknown>) => Record<string, unknown>;
}

/** As a method: which operation an input is for is known where both come from. */
type BuildCommand = { build(input: object): Command }['build'];
type Commands = { readonly [Name in OperationName]: (input: InputOf<Name>) => Command };

/** What the command line leaves to servers. */
export const leftToServers: LeftOut = {
  'health.live': 'a database is no server; `doctor` looks at it',
  'health.ready': 'a database is no server; `doctor` looks at it',
  'health.status': 'a database is no server; `doctor` looks at it',
};

/** The command as a user calls it, against a server or a database. */
export function cliSurface({ server, database }: { readonly server?: string; readonly database?: string }): Surface {
  const place = server === undefined ? ['--database', database ?? ''] : ['--url', server];

  async function ask<Name extends OperationName>(operation: Name, input: InputOf<Name>): Promise<Answer> {
    const build: BuildCommand = commands[operation];
    const command = build(input);
    return answerOf(command, await run(command, place));
  }

  return { hasDoor: server !== undefined, ask };
}

type Given = string | number | readonly string[] | null | undefined;

function option(name: string, value: Given): string[] {
  if (value === undefined || value === null) return [];
  return typeof value === 'object' ? [name, ...value] : [name, String(value)];
}

const note = ({ reason, actor }: { readonly reason?: string | undefined; readonly actor?: string | undefined }) => [
  ...option('--reason', reason),
  ...option('--actor', actor),
];

const named = ({
  namespace,
  name,
  version,
}: {
  namespace?: string | undefined;
  name?: string | undefined;
  version?: string | undefined;
}) => `${namespace === undefined ? '' : `${namespace}/`}${name}${version === undefined ? '' : `@${version}`}`;

const commands: Commands = {
  'task.submit': (input) => ({
    args: [
      'task',
      'submit',
      named(input),
      '--context',
      '-',
      ...option('--idempotency-key', input.idempotency_key),
      ...option('--priority', input.priority),
      ...option('--tag', input.tags),
      ...option('--reason', input.reason),
      ...option('--initiator', input.initiator),
      ...option('--source-system', input.source_system),
      ...option('--correlation-id', input.correlation_id),
      ...option('--bypass', input.bypass_steps),
    ],
    input: JSON.stringify(input.context),
    read: (task) => ({ ...task, task }),
  }),
  'task.list': (input) => ({
    args: [
      'task',
      'list',
      ...option('--namespace', input.namespace),
      ...option('--name', input.name),
      ...option('--template-version', input.version),
      ...option('--status', input.status),
      ...option('--tag', input.tag),
      ...option('--initiator', input.initiator),
      ...option('--correlation-id', input.correlation_id),
      ...option('--parent-correlation-id', input.parent_correlation_id),
      ...option('--annotation-type', input.annotation_type),
      ...option('--annotation-key', input.annotation_key),
      ...option(
        '--annotation-value',
        input.annotation_value === undefined ? undefined : JSON.stringify(input.annotation_value),
      ),
      ...option('--search', input.q),
      // there is one order, by whatever name
      input.sort_order === 'asc' ? '--oldest-first' : undefined,
      ...option('--limit', input.limit),
      ...option('--cursor', input.cursor),
    ],
  }),
  'task.show': ({ task_id }) => ({ args: ['task', 'show', task_id], read: (task) => ({ task }) }),
  'task.cancel': ({ task_id, ...rest }) => ({ args: ['task', 'cancel', task_id, ...note(rest)] }),
  'task.retry': ({ task_id, ...rest }) => ({ args: ['task', 'retry', task_id, ...note(rest)] }),
  'task.explain': ({ task_id }) => ({ args: ['task', 'explain', task_id] }),
  'task.update': ({ task_id, tags, ...rest }) => ({
    args: ['task', 'edit', task_id, ...(tags?.length === 0 ? ['--clear-tags'] : option('--tag', tags)), ...note(rest)],
  }),
  'task.history': ({ task_id }) => ({ args: ['task', 'history', task_id] }),
  'task.graph': ({ task_id }) => ({ args: ['task', 'graph', task_id] }),
  'annotation.names': () => ({ args: ['annotation', 'list'] }),
  'step.list': ({ task_id }) => ({ args: ['step', 'list', task_id] }),
  'step.show': ({ task_id, step }) => ({ args: ['step', 'show', task_id, step], read: (shown) => ({ step: shown }) }),
  'step.explain': ({ task_id, step }) => ({ args: ['task', 'explain', task_id, '--step', step] }),
  'step.update': ({ task_id, step, retry_limit, inputs, ...rest }) => ({
    args: [
      'step',
      'edit',
      task_id,
      step,
      ...option('--max-attempts', retry_limit),
      ...option('--inputs', inputs === undefined ? undefined : JSON.stringify(inputs)),
      ...note(rest),
    ],
  }),
  'step.cancel': ({ task_id, step, ...rest }) => onStep('cancel', task_id, step, note(rest)),
  'step.retry': ({ task_id, step, ...rest }) => onStep('retry', task_id, step, note(rest)),
  'step.skip': ({ task_id, step, ...rest }) => onStep('skip', task_id, step, note(rest)),
  'step.resolve': ({ task_id, step, result, ...rest }) =>
    onStep('resolve', task_id, step, [
      ...option('--result', result === undefined ? undefined : JSON.stringify(result)),
      ...note(rest),
    ]),
  'template.list': ({ namespace, limit, cursor }) => ({
    args: [
      'template',
      'list',
      ...option('--namespace', namespace),
      ...option('--limit', limit),
      ...option('--cursor', cursor),
    ],
  }),
  'template.show': (input) => ({ args: ['template', 'show', named(input)], read: (template) => ({ template }) }),
  'template.register': ({ replace, ...rest }) => ({
    args: ['template', 'register', 'FILE', replace === true ? '--replace' : undefined],
    file: 'yaml' in rest ? rest.yaml : JSON.stringify(rest.template),
    read({ templates }) {
      const [template]: readonly unknown[] = Array.isArray(templates) ? templates : [];
      return { template };
    },
  }),
  'template.diff': ({ namespace, name, from, from_revision, to, to_revision }) => ({
    args: [
      'template',
      'diff',
      revision(named({ namespace, name, version: from }), from_revision),
      revision(named({ namespace, name, version: to }), to_revision),
    ],
    // it compares what files say just as well, and so says more of what it compares
    read: ({ before, after, ...rest }) => ({ from: compared(before), to: compared(after), ...rest }),
  }),
  'handler.namespaces': () => ({ args: ['handler', 'namespaces'] }),
  'handler.list': ({ namespace }) => ({ args: ['handler', 'list', namespace] }),
  'handler.show': (input) => ({ args: ['handler', 'show', named(input)] }),
  'worker.list': ({ all, limit }) => ({
    args: ['worker', 'list', all === true ? '--all' : undefined, ...option('--limit', limit)],
  }),
  'namespace.list': () => ({ args: ['namespace', 'list'] }),
  'health.live': () => ({ args: ['health', 'live'] }),
  'health.ready': () => ({ args: ['health', 'ready'] }),
  'health.status': () => ({ args: ['health', 'status'] }),
};

const revision = (reference: string, number: number | undefined) =>
  number === undefined ? reference : `${reference}#${number}`;

function compared(side: unknown): { version: string | undefined } {
  const { full_name } = side as { full_name: string };
  return { version: full_name.split('@')[1] };
}

function onStep(verb: string, taskId: string, step: string, options: readonly string[]): Command {
  return {
    args: ['step', verb, taskId, step, ...options],
    read: ({ status, ...rest }) => ({ ...rest, task_status: status }),
  };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const binary = fileURLToPath(new URL('../../../cli/bin/tasker.mjs', import.meta.url));

async function run({ args, input, file }: Command, place: readonly string[]): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-conformance-'));
  try {
    writeFileSync(join(folder, 'template.yaml'), file ?? '');
    const given = args.flatMap((arg) => (arg === 'FILE' ? 'template.yaml' : (arg ?? [])));
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [binary, ...given, ...place, '--json'], { cwd: folder, env: { PATH, HOME } });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, out, err };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const exitCodes: Readonly<Record<number, number>> = { 400: 2, 401: 5, 403: 5, 404: 4 };

/** Also holds the exit code to what was printed. */
function answerOf({ read = (printed) => printed }: Command, { code, out, err }: Ended): Answer {
  // arguments that cannot be understood are refused before anything is printed as JSON
  if (code === 2 && out === '') return { ok: false, code: 'INVALID_REQUEST', message: err, details: {} };
  const printed = JSON.parse(out) as Record<string, unknown>;
  if (code === 0) return { ok: true, value: read(printed) };
  const error = printed['error'] as { code: ErrorCode; message: string; details?: Record<string, unknown> };
  const expected = exitCodes[errorCatalogue[error.code]?.status ?? 0] ?? 1;
  if (code !== expected) throw new Error(`ended ${code} and not ${expected}: ${out}${err}`);
  return { ok: false, code: error.code, message: error.message, details: error.details ?? {} };
}
