import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const generated = fileURLToPath(new URL('../../src/define/generated-task.ts', import.meta.url));

/** Files of the language and of packages are the same in every check. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type-checks a file of the given text, as if it stood in `src/define`, and tells how long that took. */
export function checkTypes(text: string): { seconds: number; errors: string[] } {
  const config = ts.getParsedCommandLineOfConfigFile(
    fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  const options: ts.CompilerOptions = { ...config?.options, noEmit: true, composite: false, incremental: false };
  const host = ts.createCompilerHost(options);
  const readFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    if (name === generated) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2023);
    const file = parsed.get(name) ?? readFile(name, ...rest);
    parsed.set(name, file);
    return file;
  };
  const program = ts.createProgram([generated], options, host);
  const source = program.getSourceFile(generated);
  // Processor time, not the clock: the machine may be busy with other tests.
  const before = process.cpuUsage();
  const diagnostics = [...program.getSemanticDiagnostics(source), ...program.getDeclarationDiagnostics(source)];
  const { user } = process.cpuUsage(before);
  return {
    seconds: user / 1_000_000,
    errors: diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  };
}

function fail(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}
