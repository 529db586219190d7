// Lets this process import our TypeScript as it stands: no build, no second process. Also for one-off scripts:
//   node --import ./scripts/from-source.mjs some-file.ts
import { register as registerHooks } from 'node:module';
import { register as registerTypeScript } from 'tsx/esm/api';

// The tsconfig.json of the folder we are called in is not ours to follow.
registerTypeScript({ tsconfig: false });
// Hooks run last in, first out: this one picks the condition before TypeScript's resolves the file.
registerHooks('./source-condition.mjs', import.meta.url);
