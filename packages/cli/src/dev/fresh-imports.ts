import { register } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';

/** Imports a module as its files are now, and tells which files those are. */
export type FreshImport = (file: string) => Promise<unknown>;

/**
 * Node.js keeps every module for good. Here each import gets the whole tree of a program's own files anew, under names
 * with a number behind: what packages bring stays as it is.
 *
 * @param onFile told of each file that is imported, some of them twice; those of an import may come when it has ended
 */
export function createFreshImport(onFile: (file: string) => void): FreshImport {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (url: string) => onFile(fileURLToPath(url)));
  // Somebody who waits for files only shall not keep the process alive.
  port1.unref();
  register(`data:text/javascript,${encodeURIComponent(hook)}`, { data: { port: port2 }, transferList: [port2] });
  let generation = 0;
  return async (file) => {
    generation += 1;
    onFile(resolve(file));
    const module: unknown = await import(`${pathToFileURL(resolve(file)).href}?tasker-reload=${generation}`);
    return module;
  };
}

/** Runs in a thread of its own, and therefore stands here as text. */
const hook = `
let port;
export function initialize(data) { port = data.port; }
export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context);
  const generation = /[?&]tasker-reload=(\\d+)/.exec(context.parentURL ?? '')?.[1];
  const isOwn = /^\\.{1,2}\\//.test(specifier) && resolved.url.startsWith('file:') && !resolved.url.includes('/node_modules/');
  if (generation === undefined || !isOwn) return resolved;
  port.postMessage(resolved.url);
  return { ...resolved, url: resolved.url + (resolved.url.includes('?') ? '&' : '?') + 'tasker-reload=' + generation };
}
`;
