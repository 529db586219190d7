import { attemptErrorCodes } from '@tasker/contract';
import { PermanentError } from '../handler-errors.ts';
import type { StepContext } from '../step-context.ts';
import { headerFault } from './read-headers.ts';
import { findSetting, type Reading, readRecord, readText, type Setting, wrong } from './read-setting.ts';

/**
 * How a handler proves who it is. Of every secret there is a form that names an environment variable (`tokenEnv`,
 * `passwordEnv`, `valueEnv`), which is read where the step runs: templates are stored, and secrets should not be.
 */
export type ApiAuth =
  | ({ readonly type: 'bearer' } & Secret<'token'>)
  | ({ readonly type: 'basic'; readonly username: string } & Secret<'password'>)
  | ({ readonly type: 'header'; readonly name: string } & Secret<'value'>);

type Secret<Name extends string> = { readonly [Key in Name]: string } | { readonly [Key in `${Name}Env`]: string };

export type AuthSource = ApiAuth | ((context: StepContext) => ApiAuth | Promise<ApiAuth>);

/** The header that proves it, made for each request. */
export type AuthHeader = (context: StepContext) => Promise<readonly [name: string, value: string]>;

export function readAuth(setting: Setting): Reading<AuthHeader> {
  const { key, value } = setting;
  if (isFunction(value)) {
    return {
      async value(context) {
        const { value: header, problems = [] } = readAuthRecord({ key, value: await value(context) });
        if (header === undefined) throw badAuth(problems.join(' '));
        return header(context);
      },
    };
  }
  return readAuthRecord(setting);
}

function readAuthRecord(setting: Setting): Reading<AuthHeader> {
  const { value: auth, problems } = readRecord(setting);
  if (auth === undefined) return { problems };
  const { key } = setting;
  const type: unknown = Reflect.get(auth, 'type');
  switch (type) {
    case 'bearer':
      return withSecret(auth, key, 'token', (token) => ['authorization', `Bearer ${token}`]);
    case 'basic':
      return withText(auth, key, 'username', (username) =>
        withSecret(auth, key, 'password', (password) => [
          'authorization',
          `Basic ${base64(`${username}:${password}`)}`,
        ]),
      );
    case 'header':
      return withText(auth, key, 'name', (name) => withSecret(auth, key, 'value', (secret) => [name, secret]));
    default:
      return wrong(`\`${key}.type\` must be bearer, basic or header, and is ${JSON.stringify(type)}.`);
  }
}

function withText(
  auth: object,
  key: string,
  name: string,
  then: (text: string) => Reading<AuthHeader>,
): Reading<AuthHeader> {
  const setting = findSetting(auth, [name]);
  if (setting === undefined) return wrong(`\`${key}.${name}\` is missing.`);
  const reading = readText({ ...setting, key: `${key}.${name}` });
  return reading.problems === undefined ? then(reading.value) : reading;
}

function withSecret(
  auth: object,
  key: string,
  name: string,
  headerOf: (secret: string) => readonly [string, string],
): Reading<AuthHeader> {
  const literal = findSetting(auth, [name]);
  const variable = findSetting(auth, [`${name}Env`]);
  const setting = variable ?? literal;
  if (setting === undefined) return wrong(`\`${key}.${name}\` or \`${key}.${name}_env\` is missing.`);
  const reading = readText({ ...setting, key: `${key}.${setting.key}` });
  if (reading.problems !== undefined) return reading;
  const { value } = reading;
  if (variable === undefined) return { value: async () => sendable(headerOf(value)) };
  return {
    async value() {
      const secret = process.env[value]?.trim();
      if (secret !== undefined && secret !== '') return sendable(headerOf(secret));
      throw badAuth(`\`${key}.${setting.key}\` names the environment variable ${value}, which is not set here.`);
    },
  };
}

/** Checked here, as whoever finds out later would quote the secret. */
function sendable(header: readonly [name: string, value: string]): readonly [string, string] {
  const fault = headerFault(...header);
  if (fault !== undefined) throw badAuth(`The header of \`auth\` ${fault}.`);
  return header;
}

function badAuth(message: string): PermanentError {
  return new PermanentError(message, { errorCode: attemptErrorCodes.invalidHandlerConfig });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function isFunction(value: unknown): value is (context: StepContext) => unknown {
  return typeof value === 'function';
}
