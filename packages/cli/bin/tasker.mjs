#!/usr/bin/env node
// In the repository the command runs from source, without a build; installed from a package, from dist.
import { existsSync } from 'node:fs';

const source = new URL('../src/main.ts', import.meta.url);

if (existsSync(source)) {
  await import('../../../scripts/from-source.mjs');
  await import(source.href);
} else {
  await import('../dist/main.js');
}
