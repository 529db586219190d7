/** HTML that is safe to put into other HTML. */
export interface Html {
  readonly text: string;
}

type Part = string | number | Html | readonly Html[];

/** Makes HTML; what is put in is text, and stays text, unless it was made here. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { text: pieces.reduce((text, piece, index) => text + written(parts[index - 1] ?? '') + piece) };
}

/** HTML from elsewhere that is known to be safe, such as our own drawings. */
export function trusted(text: string): Html {
  return { text };
}

function written(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
