/**
 * Text as a terminal may have it. Names, reasons and messages come from whoever submits tasks: what would move the
 * cursor, rename the window or hide lines is shown in its place. Lines, tabs and the colours of ours stay.
 */
export function printable(text: string): string {
  return text.replaceAll(steering, (found) => (ours.has(found) ? found : shown(found.charAt(0)) + found.slice(1)));
}

/** Of what is written from right to left, too, the marks that turn text around. */
const steering = /(?![\n\t])\p{Cc}(?:\[\d+m)?|[\u202A-\u202E\u2066-\u2069]/gu;

/** Red, green, yellow, blue, dim and bold, and their ends. */
const ours: ReadonlySet<string> = new Set([31, 32, 33, 34, 39, 1, 2, 22].map((code) => `\u001B[${code}m`));

/** A picture of a character that has none of its own. */
function shown(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\uFFFD';
}
