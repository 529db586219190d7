import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { expect, it, onTestFinished } from 'vitest';
import { completionScript } from './completion-script.ts';

const program = new Command('tasker').option('--url <url>', 'ask this server').option('--json', 'print JSON');
const task = program.command('task').description('tasks');
task.command('list').description('list tasks: the newest first').option('--status <status>', 'one of the engine’s');
task.command('submit').description("submit a task, don't wait").option('--wait', 'wait for the end');
program.command('worker').description('work').option('--tasks <file...>', 'files').command('list');

/** What bash would offer for the words before the cursor. */
function offered(...typed: readonly string[]): string[] {
  const words = ['tasker', ...typed].map((word) => `'${word}'`).join(' ');
  const script = `${completionScript('bash', program)}
    COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _tasker; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

it.each([
  [[''], ['task', 'worker']],
  [['ta'], ['task']],
  [
    ['task', ''],
    ['list', 'submit'],
  ],
  [['--json', 'task', 'su'], ['submit']],
  [
    ['task', 'list', '--'],
    ['--status', '--url', '--json'],
  ],
  [['task', 'submit', '--w'], ['--wait']],
  [['worker', ''], ['list']],
  // Names of tasks and files are nothing that the script could know; bash then offers files.
  [['task', 'list', ''], []],
  [['worker', '--tasks', ''], []],
  [
    ['task', 'nonsense', ''],
    ['list', 'submit'],
  ],
])('bash completes %j with %j', (typed, words) => {
  expect(offered(...typed)).toEqual(words);
});

it('bash runs nothing of what is typed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const mark = join(folder, 'ran');
  expect(offered('task', `$(touch ${mark})`, '`exit 7`', 'li')).toEqual(['list']);
  expect(existsSync(mark)).toBe(false);
});

it('describes commands and options to zsh and fish, without letting descriptions end their quotes', () => {
  const zsh = completionScript('zsh', program);
  expect(zsh).toMatch(/^#compdef tasker\n/);
  expect(zsh).toContain(
    "(tasker/task) found=('list:list tasks: the newest first' 'submit:submit a task, don’t wait') ;;",
  );
  expect(zsh).toContain('(--url|--status|--tasks) _files; return ;;');
  const fish = completionScript('fish', program);
  expect(fish).toContain(
    "complete -c tasker -n 'test (__tasker_place) = tasker/task' -f -a submit -d 'submit a task, don’t wait'",
  );
  expect(fish).toContain("-l status -r -d 'one of the engine’s'");
});
