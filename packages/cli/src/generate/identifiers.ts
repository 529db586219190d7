/** `process-order` and `process_order` as `ProcessOrder`. */
export function pascalCase(name: string): string {
  const joined = wordsOf(name)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return /^\p{L}/u.test(joined) ? joined : `N${joined}`;
}

/** `process_order` as `processOrder`; never a word that the language keeps for itself. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  return reserved.has(camel) ? `${camel}_` : camel;
}

/** `processOrder` and `process_order` as `process-order`. */
export function kebabCase(name: string): string {
  const words = wordsOf(name.replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, '-'));
  return words.map((word) => word.toLowerCase()).join('-') || 'unnamed';
}

/** Gives each name once: a second owner of a name gets it with a number behind. */
export function createNames(taken: Iterable<string> = []): (wanted: string) => string {
  const used = new Set(taken);
  return (wanted) => {
    let name = wanted;
    for (let number = 2; used.has(name); number += 1) name = `${wanted}${number}`;
    used.add(name);
    return name;
  };
}

/** A key as it is written in an object type or literal. */
export function writtenKey(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : JSON.stringify(key);
}

function wordsOf(name: string): string[] {
  return name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

const reserved = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);
