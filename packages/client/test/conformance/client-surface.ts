import { ClientError, createClient } from '../../src/index.ts';
import type { Place, Surface } from './surface.ts';

export function clientSurface({ url }: Place): Surface {
  const { call } = createClient({ url });
  return {
    hasDoor: true,
    async ask(operation, input) {
      try {
        return { ok: true, value: { ...(await call(operation, input)) } };
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        const { code, message, details } = error;
        return { ok: false, code, message, details };
      }
    },
  };
}
