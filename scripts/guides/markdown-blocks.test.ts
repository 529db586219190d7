import { expect, it } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

const page = `# Page

## One

\`\`\`sh exit=3 page
# not a heading
run it
\`\`\`

### Two

<!-- stop: dev -->

## Three

\`\`\`js file=a/b.js
x
\`\`\`
`;

it('finds the blocks of a page with their marks, headings and lines', () => {
  expect(markdownBlocks(page)).toEqual([
    { heading: 'One', language: 'sh', marks: { exit: '3', page: '' }, text: '# not a heading\nrun it\n', line: 5 },
    { heading: 'One / Two', language: 'remark', marks: {}, text: 'stop: dev', line: 12 },
    { heading: 'Three', language: 'js', marks: { file: 'a/b.js' }, text: 'x\n', line: 16 },
  ]);
});
