/** A command with what may follow it; what the argument table of commander has. */
export interface CommandTree {
  name(): string;
  description(): string;
  readonly commands: readonly CommandTree[];
  readonly options: readonly OptionRow[];
}

interface OptionRow {
  readonly long?: string | undefined;
  readonly description: string;
  readonly required: boolean;
  readonly optional: boolean;
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * What a shell needs to complete the command. All of it stands in the script: a command that takes half a second to start
 * should not be started for each touch of a key, and what is half typed should not be run.
 */
export function completionScript(shell: Shell, program: CommandTree): string {
  const places = placesOf(program, program.name(), program.options);
  switch (shell) {
    case 'bash':
      return bashScript(program.name(), places);
    case 'zsh':
      return zshScript(program.name(), places);
    case 'fish':
      return fishScript(program.name(), places);
  }
}

/** One command: `tasker/task/list`. */
interface Place {
  readonly path: string;
  readonly commands: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly { readonly word: string; readonly description: string; readonly takesValue: boolean }[];
}

function placesOf(command: CommandTree, path: string, inherited: readonly OptionRow[]): Place[] {
  const options = [...new Set([...command.options, ...inherited])].flatMap(({ long, description, ...takes }) =>
    long === undefined ? [] : { word: long, description, takesValue: takes.required || takes.optional },
  );
  const commands = command.commands.map((each) => ({ word: each.name(), description: each.description() }));
  const below = command.commands.flatMap((each) => placesOf(each, `${path}/${each.name()}`, inherited));
  return [{ path, commands, options }, ...below];
}

/** Options behind which stands a value: there, files are as good a guess as any. */
function withValue(places: readonly Place[]): string {
  const words = places.flatMap(({ options }) => options.flatMap(({ word, takesValue }) => (takesValue ? word : [])));
  return [...new Set(words)].join('|');
}

const known = (places: readonly Place[]) => places.slice(1).map(({ path }) => path);

function bashScript(name: string, places: readonly Place[]): string {
  const table = (wordsOf: (place: Place) => readonly { readonly word: string }[]) =>
    places.map(
      (place) =>
        `      ${place.path}) words='${wordsOf(place)
          .map(({ word }) => word)
          .join(' ')}' ;;`,
    );
  return lines(
    `# bash: source <(${name} completion bash)`,
    `_${name}() {`,
    `  local current=\${COMP_WORDS[COMP_CWORD]} place=${name} word words=''`,
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$place/$word" in',
    `      ${known(places).join('|')}) place="$place/$word" ;;`,
    '    esac',
    '  done',
    '  COMPREPLY=()',
    '  case "${COMP_WORDS[COMP_CWORD-1]}" in',
    `    ${withValue(places)}) return ;;`,
    '  esac',
    '  if [[ $current == -* ]]; then',
    '    case "$place" in',
    ...table(({ options }) => options),
    '    esac',
    '  else',
    '    case "$place" in',
    ...table(({ commands }) => commands),
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    `complete -o default -F _${name} ${name}`,
  );
}

function zshScript(name: string, places: readonly Place[]): string {
  const table = (rowsOf: (place: Place) => readonly { readonly word: string; readonly description: string }[]) =>
    places.map((place) => `      (${place.path}) found=(${rowsOf(place).map(described).join(' ')}) ;;`);
  return lines(
    `#compdef ${name}`,
    `# zsh: source <(${name} completion zsh)`,
    `_${name}() {`,
    `  local current=$words[CURRENT] place=${name} word`,
    '  local -a found',
    '  for word in ${words[2,CURRENT-1]}; do',
    '    case "$place/$word" in',
    `      (${known(places).join('|')}) place="$place/$word" ;;`,
    '    esac',
    '  done',
    '  case "$words[CURRENT-1]" in',
    `    (${withValue(places)}) _files; return ;;`,
    '  esac',
    '  if [[ $current == -* ]]; then',
    '    case "$place" in',
    ...table(({ options }) => options),
    '    esac',
    '  else',
    '    case "$place" in',
    ...table(({ commands }) => commands),
    '    esac',
    '  fi',
    `  if (( $#found )); then _describe ${name} found; else _files; fi`,
    '}',
    `compdef _${name} ${name}`,
  );
}

function described({ word, description }: { readonly word: string; readonly description: string }): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${description}`);
}

function fishScript(name: string, places: readonly Place[]): string {
  const at = (path: string) => `-n 'test (__${name}_place) = ${path}'`;
  return lines(
    `# fish: ${name} completion fish | source`,
    `function __${name}_place`,
    `  set -l place ${name}`,
    '  for word in (commandline -opc)[2..]',
    '    switch "$place/$word"',
    `      case ${known(places).join(' ')}`,
    '        set place "$place/$word"',
    '    end',
    '  end',
    '  echo $place',
    'end',
    ...places.flatMap(({ path, commands, options }) => [
      ...commands.map(
        ({ word, description }) => `complete -c ${name} ${at(path)} -f -a ${word} -d ${quoted(description)}`,
      ),
      ...options.map(
        ({ word, description, takesValue }) =>
          `complete -c ${name} ${at(path)} -l ${word.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(description)}`,
      ),
    ]),
  );
}

/** For all three shells alike. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '').replaceAll("'", '’').replaceAll('\n', ' ')}'`;
}

const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;
