/** A fenced block of a page, or a remark to whoever walks through it (`<!-- stop: dev -->`). */
export interface MarkdownBlock {
  /** The headings it stands under, joined by ` / `. */
  readonly heading: string;
  /** The first word behind the fence; of remarks `remark`. */
  readonly language: string;
  /** What else stands behind the fence: `file=a.js` and, without a value, words that are just there. */
  readonly marks: Readonly<Record<string, string>>;
  readonly text: string;
  readonly line: number;
}

/** The blocks of a page, in order. */
export function markdownBlocks(page: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const headings: string[] = [];
  let open: (Omit<MarkdownBlock, 'text'> & { readonly lines: string[] }) | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    if (open !== undefined) {
      if (line === '```') {
        const { lines, ...block } = open;
        blocks.push({ ...block, text: `${lines.join('\n')}\n` });
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    const heading = headings.slice(1).filter(Boolean).join(' / ');
    const { level, title } = /^(?<level>#+) (?<title>.*)$/.exec(line)?.groups ?? {};
    if (level !== undefined && title !== undefined) headings.splice(level.length - 1, headings.length, title);
    const fence = /^```(?<language>\S+)(?<marks>.*)$/.exec(line)?.groups;
    if (fence !== undefined) {
      const { language = '', marks = '' } = fence;
      open = { heading, language, marks: marksOf(marks), line: index + 1, lines: [] };
    }
    const remark = /^<!-- (?<text>.*) -->$/.exec(line)?.groups?.['text'];
    if (remark !== undefined) blocks.push({ heading, language: 'remark', marks: {}, text: remark, line: index + 1 });
  }
  return blocks;
}

function marksOf(text: string): Record<string, string> {
  const words = text.trim().split(/\s+/).filter(Boolean);
  return Object.fromEntries(
    words.map((word) => {
      const [key = '', value = ''] = word.split('=', 2);
      return [key, value];
    }),
  );
}
