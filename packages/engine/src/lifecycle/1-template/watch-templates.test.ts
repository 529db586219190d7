import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type TemplateChanges,
  type TemplateWatch,
  type WatchTemplatesOptions,
  watchTemplates,
} from './watch-templates.ts';

let folder: string;
let watches: TemplateWatch[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watched-'));
  watches = [];
});

afterEach(async () => {
  await Promise.all(watches.map((each) => each.stop()));
  await rm(folder, { recursive: true, force: true });
});

const template = (name: string, more = '') =>
  `name: ${name}\n${more}steps:\n  - { name: a, handler: { callable: a } }\n`;
const put = (file: string, content: string) => writeFile(join(folder, file), content);

/** Watches, and hands out the reports one by one as they come. */
async function watch(paths: readonly string[] = [folder], options: WatchTemplatesOptions = {}) {
  const reports: TemplateChanges[] = [];
  let arrived = () => {};
  const begun = await watchTemplates(
    paths,
    (changes) => {
      reports.push(changes);
      arrived();
    },
    { settleMs: 20, variables: {}, ...options },
  );
  watches.push(begun);
  const arrival = () => new Promise<void>((resolve) => (arrived = resolve));
  async function next(): Promise<TemplateChanges> {
    while (reports.length === 0) await arrival();
    const [report] = reports.splice(0, 1);
    if (report === undefined) throw new Error('There is no report.');
    return report;
  }
  /** Reports until one fits: how many strokes an editor's change takes is up to the system. */
  async function until(fits: (report: TemplateChanges) => boolean): Promise<TemplateChanges> {
    for (;;) {
      const report = await next();
      if (fits(report)) return report;
    }
  }
  return { next, until };
}

const names = (templates: TemplateChanges['templates']) => templates.map(({ document }) => document.name);

describe('watched templates', () => {
  it('are reported at first, and again with what has changed', async () => {
    await put('a.yaml', template('a'));
    await put('b.yaml', template('b'));
    const { next, until } = await watch();
    expect(names((await next()).changed)).toEqual(['a', 'b']);
    await put('b.yaml', template('b', 'description: new\n'));
    const second = await until(({ changed }) => changed.length > 0);
    expect(names(second.changed)).toEqual(['b']);
    expect(names(second.templates)).toEqual(['a', 'b']);
    await rm(join(folder, 'a.yaml'));
    expect(names((await until(({ removed }) => removed.length > 0)).removed)).toEqual(['a']);
  });

  it('are found in folders that are made later, and made anew under an old name', async () => {
    await put('a.yaml', template('a'));
    const { next, until } = await watch();
    await next();
    const deep = join(folder, 'one/two');
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, 'b.yaml'), template('b'));
    await until(({ templates }) => names(templates).includes('b'));
    await rm(join(folder, 'one'), { recursive: true });
    await until(({ templates }) => !names(templates).includes('b'));
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, 'c.yaml'), template('c'));
    await until(({ templates }) => names(templates).includes('c'));
    await writeFile(join(deep, 'c.yaml'), template('c', 'description: new\n'));
    expect(names((await until(({ changed }) => changed.length > 0)).changed)).toEqual(['c']);
  });

  it('stay while their file has a fault, which is reported, and so is its end', async () => {
    await put('a.yaml', template('a'));
    const { next, until } = await watch();
    await next();
    await put('a.yaml', template('a', 'nmae: x\n'));
    const faulty = await until(({ problems }) => problems.some(({ message }) => message.includes('nmae')));
    expect(faulty.removed).toEqual([]);
    await put('a.yaml', template('a'));
    const sound = await until(({ problems }) => problems.length === 0);
    expect(sound.changed).toEqual([]);
    expect(sound.removed).toEqual([]);
  });

  it('may be given as a file, which editors replace by another', async () => {
    await put('a.yaml', template('a'));
    await put('other.yaml', template('other'));
    const { next, until } = await watch([join(folder, 'a.yaml')]);
    expect(names((await next()).templates)).toEqual(['a']);
    await put('a.yaml~', template('a', 'description: new\n'));
    await rename(join(folder, 'a.yaml~'), join(folder, 'a.yaml'));
    expect(names((await until(({ changed }) => changed.length > 0)).templates)).toEqual(['a']);
  });

  it('may be in a folder that is not there yet', async () => {
    const later = join(folder, 'later');
    const { next, until } = await watch([later]);
    expect((await next()).problems).toMatchObject([{ file: later, message: 'There is no such file or folder.' }]);
    await mkdir(later);
    await put('later/a.yaml', template('a'));
    const report = await until(({ changed }) => changed.length > 0);
    expect(names(report.changed)).toEqual(['a']);
  });

  it('are reported once when a file is written in many strokes, after nothing has changed for a while', async () => {
    await put('a.yaml', template('a'));
    const timers: (() => void)[] = [];
    let cancelled = 0;
    let scheduled = () => {};
    const clock = {
      now: () => 0,
      elapsed: () => 0,
      wakeAfter(_delayMs: number, wake: () => void) {
        timers.push(wake);
        scheduled();
        return () => {
          cancelled += 1;
        };
      },
    };
    const schedule = () => new Promise<void>((resolve) => (scheduled = resolve));
    const { next } = await watch([folder], { clock });
    await next();
    for (const stroke of ['one', 'two', 'three']) {
      const due = schedule();
      await put('a.yaml', template('a', `description: ${stroke}\n`));
      await due;
    }
    expect(cancelled).toBe(timers.length - 1);
    timers.at(-1)?.();
    expect((await next()).templates[0]?.document.description).toBe('three');
  });

  it('keep being watched when a report makes trouble, which is told', async () => {
    await put('a.yaml', template('a'));
    const errors: Error[] = [];
    let told = () => {};
    const complaint = () => new Promise<void>((resolve) => (told = resolve));
    let reports = 0;
    watches.push(
      await watchTemplates(
        [folder],
        () => {
          reports += 1;
          if (reports > 1) throw new Error(`report ${reports}`);
        },
        {
          settleMs: 20,
          onError: (error) => {
            errors.push(error);
            told();
          },
        },
      ),
    );
    for (const [index, description] of ['one', 'two'].entries()) {
      const heard = complaint();
      await put('a.yaml', template('a', `description: ${description}\n`));
      await heard;
      expect(errors.at(-1)?.message).toBe(`report ${index + 2}`);
    }
  });

  it('are not watched when the first report fails', async () => {
    await put('a.yaml', template('a'));
    const failing = watchTemplates([folder], () => Promise.reject(new Error('no')), { settleMs: 1 });
    await expect(failing).rejects.toThrow('no');
  });
});
