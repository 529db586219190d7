import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawGraph, graphOfTemplate, readTemplateYaml } from '@tasker/engine';

/** One numbered scenario and the test that shows it. */
export interface Scenario {
  readonly number: string;
  readonly title: string;
  /** Relative to the folder of the example. */
  readonly file: string;
}

/**
 * The READMEs of the examples as they should be. Behind the line `<!-- scenarios -->` stand the scenarios, as the tests
 * name them: `01.2 …` is the second of the first example. In the block behind `<!-- graph: FILE -->` stand the graphs of
 * the templates in that file.
 *
 *   npm run examples:readmes      writes them
 */
export function readmesOfExamples(root: string): { readonly file: string; readonly text: string }[] {
  const folder = join(root, 'examples');
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((example) => existsSync(join(example, 'README.md')))
    .map((example) => {
      const file = join(example, 'README.md');
      const drawn = readFileSync(file, 'utf8').replaceAll(
        graphBlock,
        (_, template: string) => `<!-- graph: ${template} -->\n\n\`\`\`\n${graphsIn(join(example, template))}\n\`\`\``,
      );
      const [before = '', after] = drawn.split(marker);
      return { file, text: after === undefined ? drawn : `${before}${marker}${tableOf(scenariosIn(example))}` };
    });
}

const marker = '<!-- scenarios -->\n';
const graphBlock = /<!-- graph: (\S+) -->\n\n```\n[^`]*```/g;

/** Without the names of handlers, which say the same again. */
function graphsIn(file: string): string {
  return readTemplateYaml(readFileSync(file, 'utf8'), { file })
    .map((template) => drawGraph(graphOfTemplate(template), { format: 'ascii' }))
    .map((drawing) => drawing.replaceAll(/ {2}[\w.]+$/gm, '').trim())
    .join('\n\n');
}

export function scenariosIn(example: string): Scenario[] {
  const found = readdirSync(example, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .toSorted()
    .flatMap((file) => scenariosOf(readFileSync(join(example, file), 'utf8'), file));
  return found.toSorted((a, b) => orderOf(a.number) - orderOf(b.number));
}

/** Placeholders of tests that are run with several values stay open. */
export function scenariosOf(source: string, file: string): Scenario[] {
  return [...source.matchAll(/'((?:\d+|[a-z][a-z-]*)\.\d+) ((?:[^'\\\n]|\\.)+)',/g)].map(
    ([, number = '', title = '']) => ({
      number,
      title: title.replaceAll(/%[idsj]|\$name/g, '…').replaceAll(String.raw`\'`, "'"),
      file,
    }),
  );
}

function orderOf(number: string): number {
  return Number(number.split('.')[1]);
}

function tableOf(scenarios: readonly Scenario[]): string {
  const rows = scenarios.map(({ number, title, file }) => `| ${number} | ${title} | [${file}](${file}) |`);
  return `\n${['| Number | What happens | Shown in |', '|---|---|---|', ...rows].join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const { file, text } of readmesOfExamples(root)) writeFileSync(file, text);
}
