import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sensitiveWords } from '../define.ts';
import { createLogLine, type LogFormat } from './log-line.ts';
import { type LoggerOptions, loggerAt } from './logger.ts';

function open(more: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const options = {
    level: 'info',
    format: 'json',
    filterParameters: sensitiveWords,
    filterMask: '[FILTERED]',
  } as const;
  const out = { write: (line: string) => void written.push(line) };
  return { written, logger: loggerAt({ ...options, environment: 'test', ...more }, out) };
}

describe('the log', () => {
  it('CORE-127, SURF-67: has the standard fields in every line, and those that it is given', () => {
    const { written, logger } = open();
    logger
      .child({ task_id: 't', correlation_id: 'c' })
      .warn({ err: new Error('no'), card: { last4: '4242' } }, 'failed');
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? '')).toEqual({
      level: 'warn',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      environment: 'test',
      tasker_version: version,
      process_id: process.pid,
      task_id: 't',
      correlation_id: 'c',
      err: { type: 'Error', message: 'no', stack: expect.stringContaining('logger.test.ts') },
      card: { last4: '4242' },
      message: 'failed',
    });
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['error', 1],
    ['silent', 0],
  ])('CORE-127: keeps at the level %s %d of four lines', (level, kept) => {
    const { written, logger } = open({ level });
    for (const say of ['debug', 'info', 'warn', 'error'] as const) logger[say](say);
    expect(written).toHaveLength(kept);
    expect(logger.isLevelEnabled?.('debug')).toBe(level === 'debug');
  });

  it('CORE-127, SURF-67: masks what the names of secrets stand for, however deep, in every format', () => {
    const secrets = { user: { Password: 'x1', cards: [{ api_key: 'x2' }] }, access_token: 'x3', name: 'Ada' };
    for (const format of ['json', 'pretty_json', 'logfmt'] as const) {
      const { written, logger } = open({ format });
      logger.child({ client_secret: 'x4' }).info(secrets, 'signed in');
      expect(written.join('')).not.toMatch(/x\d/);
      expect(written.join('')).toContain('Ada');
      expect(written.join('').match(/\[FILTERED\]/g)).toHaveLength(4);
    }
    const { written, logger } = open({ filterParameters: ['name'], filterMask: '***' });
    logger.info(secrets, 'signed in');
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ name: '***', access_token: 'x3' });
  });

  it.each<[LogFormat, string]>([
    ['json', '{"level":"info","n":1,"of":{"a":["b c"]},"message":"it \\"is\\" so"}\n'],
    [
      'pretty_json',
      '{\n  "level": "info",\n  "n": 1,\n  "of": {\n    "a": [\n      "b c"\n    ]\n  },\n  "message": "it \\"is\\" so"\n}\n',
    ],
    ['logfmt', 'level="info" n=1 of="{\\"a\\":[\\"b c\\"]}" message="it \\"is\\" so"\n'],
  ])('CORE-127, SURF-67: is written as %s', (format, line) => {
    const lineOf = createLogLine({ format, filterParameters: [], filterMask: '' });
    const entry = { level: 'info', n: 1, of: { a: ['b c'] }, message: 'it "is" so' };
    expect(lineOf(`${JSON.stringify(entry)}\n`)).toBe(line);
  });

  it('CORE-127: a line that is no JSON is written as it is', () => {
    expect(createLogLine({ format: 'logfmt', filterParameters: [], filterMask: '' })('{ broken\n')).toBe('{ broken\n');
  });
});
