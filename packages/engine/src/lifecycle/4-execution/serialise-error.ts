import type { ErrorRecord, JsonObject } from '@tasker/contract';
import { isJsonObject, parseJson } from '../../json/parse.ts';
import { formatPath } from '../../json/path.ts';
import { serialiseJson, storableText } from '../../json/serialise.ts';

/** How much of an error is kept. Errors carry response bodies and endless stacks; history must not. */
export const errorLimits = {
  messageLength: 4_000,
  backtraceLines: 10,
  backtraceLineLength: 500,
  causes: 5,
  contextBytes: 16_384,
} as const;

/**
 * Anything that was thrown, as plain JSON of bounded size that the database can store. Never throws itself, whatever
 * the value does when it is looked at.
 */
export function serialiseError(thrown: unknown): ErrorRecord {
  return recordOf(thrown, errorLimits.causes);
}

function recordOf(thrown: unknown, causesLeft: number): ErrorRecord {
  const code = readCode(thrown);
  const context = readContext(thrown);
  const backtrace = readBacktrace(thrown);
  const cause = causesLeft === 0 ? undefined : readCause(thrown);
  return {
    message: bounded(readMessage(thrown), errorLimits.messageLength),
    class: bounded(readClass(thrown), errorLimits.backtraceLineLength),
    ...(code === undefined ? {} : { code: bounded(code, errorLimits.backtraceLineLength) }),
    ...(context === undefined ? {} : { context }),
    ...(backtrace.length === 0 ? {} : { backtrace }),
    ...(cause == null ? {} : { cause: recordOf(cause, causesLeft - 1) }),
  };
}

function readMessage(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  const message = read(thrown, 'message');
  if (typeof message === 'string') return message;
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const serialised = serialiseJson(thrown, errorLimits.messageLength);
  return serialised.ok ? serialised.text : `a ${readClass(thrown)} without a message`;
}

function readClass(thrown: unknown): string {
  const name = read(thrown, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const className = read(read(thrown, 'constructor'), 'name');
  if (typeof className === 'string' && className !== '') return className;
  return typeof thrown;
}

/** Node and database drivers put their codes in `code`; our handler errors in `errorCode`. */
function readCode(thrown: unknown): string | undefined {
  const code = read(thrown, 'errorCode') ?? read(thrown, 'code');
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined;
}

function readContext(thrown: unknown): JsonObject | undefined {
  const context = read(thrown, 'context');
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return undefined;
  const serialised = serialiseJson(context, errorLimits.contextBytes);
  if (!serialised.ok) {
    const { path, reason } = serialised.problem;
    return { omitted: `${formatPath(['context', ...path])} ${reason}` };
  }
  // Parsed again, so that nothing of the thrown object stays reachable from what is kept.
  const copy = parseJson(serialised.text);
  return isJsonObject(copy) ? copy : undefined;
}

function readBacktrace(thrown: unknown): string[] {
  const stack = read(thrown, 'stack');
  if (typeof stack !== 'string') return [];
  const frames = stack.split('\n').filter((line) => /^\s*at /.test(line));
  const own = frames.filter((line) => !/[\\/]node_modules[\\/]|\(?node:/.test(line));
  return (own.length > 0 ? own : frames)
    .slice(0, errorLimits.backtraceLines)
    .map((line) => bounded(line.trim(), errorLimits.backtraceLineLength));
}

function readCause(thrown: unknown): unknown {
  const cause = read(thrown, 'cause');
  if (cause !== undefined && cause !== thrown) return cause;
  const errors = read(thrown, 'errors');
  return thrown instanceof AggregateError && Array.isArray(errors) ? read(errors, '0') : undefined;
}

/** A property of anything; a getter that throws reads as absent. */
function read(from: unknown, key: string): unknown {
  if ((typeof from !== 'object' && typeof from !== 'function') || from === null) return undefined;
  try {
    return Reflect.get(from, key);
  } catch {
    return undefined;
  }
}

function bounded(text: string, maxLength: number): string {
  const kept = text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
  return storableText(kept);
}
