import { describe, expect, it, onTestFinished } from 'vitest';
import { stepContextOf } from '../../../../test/attempts/step-context-of.ts';
import { type ApiSettings, readApiConfig } from './api-config.ts';

const url = 'https://api.example.com';

function settingsOf(...layers: object[]): ApiSettings {
  const { value, problems = [] } = readApiConfig(layers);
  if (value === undefined) throw new Error(problems.join('\n'));
  return value;
}

function problemsOf(...layers: object[]): readonly string[] {
  return readApiConfig(layers).problems ?? [];
}

describe('the configuration of a service', () => {
  it('CORE-107: has every default, whether it comes from code or from a template, and where a key is left empty', () => {
    const fromCode = settingsOf({ url });
    const fromTemplate = settingsOf({}, { url });
    const leftEmpty = settingsOf(
      { params: null, headers: null, auth: null, ssl: null },
      {
        url,
        params: null,
        headers: null,
        auth: null,
        ssl: null,
        connect_timeout_ms: null,
        timeout_ms: null,
        max_response_bytes: null,
        max_redirects: null,
      },
    );
    expect(fromTemplate).toEqual(fromCode);
    expect(leftEmpty).toEqual(fromCode);
    expect({ ...fromCode, url: fromCode.url.href }).toEqual({
      url: `${url}/`,
      params: {},
      headers: { accept: 'application/json' },
      auth: undefined,
      ssl: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 30_000,
      maxResponseBytes: 10_485_760,
      maxRedirects: 5,
    });
  });

  it('CORE-107: may be said in code and in a template, where the template goes before', () => {
    const {
      headers,
      params,
      timeoutMs,
      url: where,
    } = settingsOf(
      { baseUrl: 'http://localhost', defaultTimeout: 5, headers: { 'X-One': '1', 'X-Two': '2' }, params: { a: 1 } },
      { url, timeout_ms: 7, headers: { 'x-two': 'two', Accept: 'text/csv', 'x-none': null }, params: { b: ['x', 2] } },
    );
    expect([where.href, timeoutMs]).toEqual([`${url}/`, 7]);
    expect(headers).toEqual({ accept: 'text/csv', 'x-one': '1', 'x-two': 'two' });
    expect(params).toEqual({ a: 1, b: ['x', 2] });
  });

  it.each([
    ['null', { url: null }, '`url` is missing.'],
    ['absent', {}, '`url` is missing.'],
    ['blank', { url: '  ' }, '`url` is blank.'],
    ['relative', { url: '/orders' }, '`url` must be a whole address, and is "/orders".'],
    ['without a scheme', { base_url: 'api.example.com' }, '`base_url` must be a whole address'],
    ['malformed', { url: 'http://exa mple' }, '`url` cannot be read as an address'],
    ['without a host', { url: 'https://' }, '`url` cannot be read as an address'],
    ['of another scheme', { url: 'ftp://example.com' }, '`url` must be http or https'],
    ['with a password', { url: 'https://me:secret@example.com' }, 'Put them in `auth`'],
    ['no text', { url: 7 }, '`url` must be text, and is number.'],
  ])('CORE-108: is refused with an address that is %s', (_, config, message) => {
    const problems = problemsOf(config);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).not.toContain('secret@');
  });

  it('is refused with everything that is wrong at once, by the names that were written', () => {
    expect(
      problemsOf({
        url,
        timeout_ms: 0,
        connectTimeoutMs: '5',
        max_redirects: -1,
        params: { deep: { er: 1 } },
        headers: { 'bad name': 'x', fine: 'line\nbreak', list: [] },
        auth: { type: 'magic' },
        ssl: { verify: 'yes', ca: '' },
      }),
    ).toEqual([
      '`params.deep` must be text, a number, true, false or a list of these.',
      '`headers.bad name` is no name of a header.',
      '`headers.fine` holds characters that a header cannot carry.',
      '`headers.list` must be text, and is object.',
      '`auth.type` must be bearer, basic or header, and is "magic".',
      '`ssl.verify` must be true or false, and is string.',
      '`ssl.ca` must be text, and is empty.',
      '`connectTimeoutMs` must be a whole number of at least 1, and is "5".',
      '`timeout_ms` must be a whole number of at least 1, and is 0.',
      '`max_redirects` must be a whole number of at least 0, and is -1.',
    ]);
    expect(problemsOf({ url, headers: [], params: 'a=b', auth: 'me', ssl: true })).toEqual([
      '`params` must be a map of names and values, and is string.',
      '`headers` must be a map of names and values, and is a list.',
      '`auth` must be a map of names and values, and is string.',
      '`ssl` must be a map of names and values, and is boolean.',
    ]);
  });
});

describe('how a handler proves who it is', () => {
  async function headerOf(auth: unknown): Promise<unknown> {
    return settingsOf({ url, auth }).auth?.(stepContextOf());
  }

  it.each([
    [{ type: 'bearer', token: 't' }, ['authorization', 'Bearer t']],
    [{ type: 'basic', username: 'me', password: 'p' }, ['authorization', 'Basic bWU6cA==']],
    [{ type: 'header', name: 'X-Api-Key', value: 'k' }, ['X-Api-Key', 'k']],
    [() => ({ type: 'bearer', token: 'made' }), ['authorization', 'Bearer made']],
    [async () => ({ type: 'bearer', token: 'made later' }), ['authorization', 'Bearer made later']],
  ])('may be %j', async (auth, header) => {
    expect(await headerOf(auth)).toEqual(header);
  });

  it('may name an environment variable, which is read where the step runs', async () => {
    const auth = settingsOf({ url, auth: { type: 'bearer', token_env: 'TASKER_TEST_TOKEN' } }).auth;
    await expect(auth?.(stepContextOf())).rejects.toThrow(
      '`auth.token_env` names the environment variable TASKER_TEST_TOKEN, which is not set here.',
    );
    process.env['TASKER_TEST_TOKEN'] = 'from outside\n';
    onTestFinished(() => {
      delete process.env['TASKER_TEST_TOKEN'];
    });
    expect(await auth?.(stepContextOf())).toEqual(['authorization', 'Bearer from outside']);
  });

  it.each([
    [{ type: 'bearer' }, '`auth.token` or `auth.token_env` is missing.'],
    [{ type: 'basic', password: 'p' }, '`auth.username` is missing.'],
    [{ type: 'header', name: 'x', value: 7 }, '`auth.value` must be text, and is number.'],
    [{ type: 'bearer', token: '' }, '`auth.token` must be text, and is empty.'],
  ])('is refused when something is missing: %j', (auth, message) => {
    expect(problemsOf({ url, auth })).toEqual([message]);
  });

  it('never has its secret quoted', async () => {
    await expect(headerOf({ type: 'bearer', token: 'se\ncret' })).rejects.toThrow(
      /^The header of `auth` holds characters that a header cannot carry\.$/,
    );
    await expect(headerOf(() => 'secret')).rejects.toThrow(/^`auth` must be a map/);
  });
});
