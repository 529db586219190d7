import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A line of a stack as people read it: files by their paths from here, without what `tasker dev` puts behind their
 * names to load them again.
 *
 * @example
 * readableFrame('at async run (file:///app/tasks/report.js?tasker-reload=1:15:20)'); // 'at async run (tasks/report.js:15:20)'
 */
export function readableFrame(frame: string, folder = process.cwd()): string {
  return frame.replace(/file:\/\/[^\s():?]+(?:\?[^\s():]*)?/, (url) => {
    const path = fileURLToPath(url.replace(/\?.*$/, ''));
    const near = relative(folder, path);
    return near.startsWith('..') ? path : near;
  });
}
