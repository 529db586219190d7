import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { shortened } from './placed-problem.ts';
import { type KeyStyle, languageKeys, readKey, styleBelow } from './symbol-keys.ts';
import type { Place, Tree, TreeMap } from './tree.ts';

/** A fault of the text, before anybody asks what it means. */
export interface TextFault {
  readonly offset: number;
  readonly message: string;
}

export interface YamlDocument {
  readonly tree: Tree;
  /** Without faults; a tree that has some says only part of what the text does. */
  readonly sound: boolean;
}

export interface YamlReading {
  /** One per document that holds something. */
  readonly documents: readonly YamlDocument[];
  readonly faults: readonly TextFault[];
  readonly lines: LineCounter;
}

/**
 * Parses YAML (or JSON, which is YAML) into trees. Aliases and merge keys are written out, each value with the place
 * where it really stands; a text whose aliases multiply, or whose nesting is too deep, is refused before it grows.
 */
export function treesOfYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const faults: TextFault[] = [];
  for (const document of parse(text, lines)) {
    const own = syntaxFaults(document, text);
    const tree = own.length === 0 && !isEmpty(document) ? treeOf(document, own) : undefined;
    if (tree !== undefined) documents.push({ tree, sound: own.length === 0 });
    faults.push(...own);
  }
  return { documents, faults, lines };
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  // Unique keys are checked below: the parser compares each key with all before it, which a long map turns into minutes.
  // One schema, whatever a %YAML line says: the older one has dates, sets and a dozen words for true.
  const language = { schema: 'core', merge: true, stringKeys: true, uniqueKeys: false } as const;
  const options = { ...language, lineCounter, prettyErrors: false, logLevel: 'silent' } as const;
  return withoutEnvironment(() => [...parseAllDocuments(text, options)]);
}

/**
 * The parser asks for an environment variable at every token (whether to print it), and Node.js asks the operating
 * system each time: for a thousand steps that is a third of the work. So for as long as it parses, which nothing can
 * interrupt, there is an environment that costs nothing to ask.
 */
function withoutEnvironment<Result>(work: () => Result): Result {
  const { env } = process;
  process.env = {};
  try {
    return work();
  } finally {
    process.env = env;
  }
}

/** The first few, one per line: the others are their consequences. */
function syntaxFaults({ errors, warnings }: Document.Parsed, text: string): TextFault[] {
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const first = tooDeep === undefined ? onePerLine([...errors, ...warnings], text).slice(0, 5) : [tooDeep];
  const embedded = first.find(({ pos }) => lineAt(text, pos[0]).includes('<%'));
  return embedded === undefined
    ? first.map((error) => toFault(error, text))
    : [{ offset: embedded.pos[0], message: embeddedCode }];
}

function onePerLine(errors: readonly YAMLError[], text: string): YAMLError[] {
  const lines = new Set<number>();
  return errors.filter(({ pos }) => {
    const line = lineStart(text, pos[0]);
    return !lines.has(line) && lines.add(line);
  });
}

/** Files of the older engine were sometimes Ruby with YAML in it. */
const embeddedCode =
  'A template holds no code (`<% … %>`). Write `${NAME}` for a variable, and `environments` for what differs by environment.';

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(lineStart(text, offset), end === -1 ? undefined : end);
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function toFault(error: YAMLError, text: string): TextFault {
  return { offset: error.pos[0], message: ownWords(error, text) ?? `${error.message.replace(/\.$/, '')}.` };
}

/** In place of the parser's, where those do not say what to do. */
function ownWords({ code, pos }: YAMLError, text: string): string | undefined {
  if (code === 'RESOURCE_EXHAUSTION') return 'This is nested too deeply.';
  if (code === 'TAB_AS_INDENT') return 'Tabs are not allowed as indentation. Use spaces.';
  const line = lineAt(text, pos[0]);
  const isSecondColon = code === 'BLOCK_AS_IMPLICIT_KEY' && /^[^'"[{#]*?: .*?: /.test(line);
  return isSecondColon ? 'There is a second `: ` in this line. Put text that holds one into quotes.' : undefined;
}

/** What stands before the first or behind the last `---`, often a comment. */
function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

type Value = Scalar | YAMLMap | YAMLSeq;

function treeOf(document: Document.Parsed, faults: TextFault[]): Tree | undefined {
  try {
    return new Planter(faults).plant(document.contents, standing(document.contents, {}), languageKeys);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    faults.push({ offset: error.offset, message: error.message });
    return undefined;
  }
}

/** There is no tree: it would have no end, or a hole. Nothing else about the text is worth a report. */
class Unusable extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** As deep as JSON may be that is stored. */
const maxDepth = 128;
/** What aliases may add to a document: their text, and something for each value. The text itself has its own limit. */
const maxAliasWeight = 4_194_304;
const valueWeight = 32;

/** Makes the tree of one document. */
class Planter {
  readonly #faults: TextFault[];
  readonly #anchors = new Map<string, Value>();
  /** What each alias meant where it was met first: an anchor may be set again further down. */
  readonly #targets = new Map<Alias, Value | undefined>();
  /** Where the aliases stand that are being written out, from the outermost. */
  readonly #open: (number | undefined)[] = [];
  /** The maps and lists that are being made. */
  readonly #growing = new Set<Value>();
  #aliasWeight = 0;

  constructor(faults: TextFault[]) {
    this.#faults = faults;
  }

  plant(node: unknown, here: Place, style: KeyStyle, depth = 0): Tree {
    const { offset } = here;
    if (depth > maxDepth) throw this.#unusable(offset, 'This is nested too deeply.');
    if (isAlias(node)) return this.#plantAlias(node, here, style, depth);
    if (isScalar(node) || isMap(node) || isSeq(node)) return this.#plantValue(node, here, style, depth);
    return { kind: 'scalar', place: here, value: null };
  }

  #plantValue(node: Value, here: Place, style: KeyStyle, depth: number): Tree {
    if (node.anchor !== undefined && this.#open.length === 0) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#plantScalar(node, here);
    this.#growing.add(node);
    const tree = isMap(node) ? this.#plantMap(node, here, style, depth) : this.#plantList(node, here, style, depth);
    this.#growing.delete(node);
    return tree;
  }

  #weigh(weight: number, offset: number | undefined): void {
    if (this.#open.length > 0) this.#aliasWeight += weight + valueWeight;
    if (this.#aliasWeight > maxAliasWeight)
      throw this.#unusable(offset, 'With its aliases written out, this is far too large.');
  }

  /** A fault of what an alias stands for was found where that is written. */
  #blame(offset: number | undefined, message: string): void {
    if (this.#open.length === 0) this.#faults.push({ offset: offset ?? 0, message });
  }

  #unusable(offset: number | undefined, message: string): Unusable {
    return new Unusable(this.#open[0] ?? offset ?? 0, message);
  }

  #plantAlias(alias: Alias, here: Place, style: KeyStyle, depth: number): Tree {
    const target = this.#targetOf(alias);
    if (target === undefined || this.#growing.has(target)) {
      const fault = target === undefined ? 'has no anchor before it' : 'stands in what it refers to';
      throw this.#unusable(here.offset, `The alias \`*${alias.source}\` ${fault}.`);
    }
    this.#open.push(here.offset);
    const tree = this.plant(target, standing(target, here), style, depth + 1);
    this.#open.pop();
    return tree;
  }

  #targetOf(alias: Alias): Value | undefined {
    if (!this.#targets.has(alias)) this.#targets.set(alias, this.#anchors.get(alias.source));
    return this.#targets.get(alias);
  }

  #plantScalar({ value, source = '' }: Scalar, place: Place): Tree {
    this.#weigh(source.length, place.offset);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#blame(place.offset, `This is ${value}, which JSON has no word for.`);
    } else if (typeof value === 'number' && hasLostDigits(value, source)) {
      this.#blame(place.offset, 'This number has more digits than JSON numbers keep: write it in quotes.');
    } else {
      return { kind: 'scalar', place, value };
    }
    return { kind: 'scalar', place, value: null };
  }

  #plantList(list: YAMLSeq, place: Place, style: KeyStyle, depth: number): Tree {
    this.#weigh(0, place.offset);
    const items = list.items.map((item, segment) =>
      this.plant(item, placeOf(item, place, segment, undefined), style, depth + 1),
    );
    return { kind: 'list', place, items };
  }

  #plantMap(map: YAMLMap, place: Place, style: KeyStyle, depth: number): TreeMap {
    this.#weigh(0, place.offset);
    const entries = new Map<string, Tree>();
    const merged: Tree[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair)) merged.push(this.plant(pair.value, standing(pair.value, place), style, depth + 1));
      else this.#plantEntry(entries, pair, place, style, depth);
    }
    // What the map says itself counts, then what is merged first.
    for (const source of merged.flatMap(mergeSources)) {
      if (source.kind !== 'map') {
        this.#blame(source.place.offset, 'Only maps can be merged (`<<`).');
      } else {
        for (const [key, value] of source.entries) if (!entries.has(key)) entries.set(key, value);
      }
    }
    return { kind: 'map', place, entries };
  }

  #plantEntry(entries: Map<string, Tree>, { key, value }: Pair, place: Place, style: KeyStyle, depth: number): void {
    const written = isScalar(key) ? String(key.value) : '';
    const keyOffset = isNode(key) ? key.range?.[0] : undefined;
    const segment = readKey(written, style);
    this.#weigh(written.length, keyOffset);
    if (entries.has(segment)) this.#blame(keyOffset, `The key \`${shortened(segment)}\` stands here twice.`);
    const below = placeOf(value, place, segment, keyOffset);
    entries.set(segment, this.plant(value, below, styleBelow(written, style), depth + 1));
  }
}

/** Made once per value, of tens of thousands: in one piece. */
function placeOf(node: unknown, parent: Place, segment: string | number, keyOffset: number | undefined): Place {
  const offset = offsetOf(node) ?? keyOffset;
  if (keyOffset !== undefined) return { parent, segment, offset: offset ?? keyOffset, keyOffset };
  return offset === undefined ? { parent, segment } : { parent, segment, offset };
}

/** The place, but where the node itself stands. */
function standing(node: unknown, place: Place): Place {
  const offset = offsetOf(node) ?? place.keyOffset;
  return offset === undefined ? place : { ...place, offset };
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Whether a whole number is neither kept exactly nor written the same way again. */
function hasLostDigits(value: number, source: string): boolean {
  if (Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(source)) return false;
  const written = BigInt(source);
  return written !== BigInt(value) && String(written) !== String(value);
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

function mergeSources(tree: Tree): readonly Tree[] {
  return tree.kind === 'list' ? tree.items : [tree];
}
