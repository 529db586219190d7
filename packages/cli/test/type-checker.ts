import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What the compiler has to say about the TypeScript in a folder, as strictly as this repository is checked. */
export function typeErrors(folder: string): string {
  const source = (name: string) => [join(root, `packages/${name}`)];
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        noUnusedLocals: true,
        typeRoots: [join(root, 'node_modules/@types')],
        paths: {
          '@tasker/engine': source('engine/src/index.ts'),
          '@tasker/engine/testing': source('engine/src/testing/index.ts'),
          '@tasker/contract': source('contract/src/index.ts'),
          vitest: [join(root, 'node_modules/vitest')],
        },
      },
      include: ['**/*.ts'],
    }),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  return (stdout + stderr).trim();
}
