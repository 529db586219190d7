import type {
  CallExpression,
  Class,
  Expression,
  NewExpression,
  Node,
  ObjectExpression,
  VisitorObject,
} from 'oxc-parser';
import type { HandlerRuleId } from './rules.ts';

/** What was met in the file while it was walked through. */
export interface Observed {
  /** Where a rule is broken, as offsets into the text. */
  readonly broken: readonly { readonly rule: HandlerRuleId; readonly offset: number }[];
  /** The names that the handlers of the file go by. */
  readonly handlerNames: readonly string[];
  readonly hasHandlers: boolean;
}

/** A function with a name, or the functions that a handler is defined with. */
interface Scope {
  readonly name: string;
  readonly kind: 'constructor' | 'method' | 'function' | 'handler';
  /** Undefined: not in a handler class. */
  readonly handlerClass: HandlerClass | undefined;
  readsBody: number | undefined;
  checksStatus: boolean;
}

interface HandlerClass {
  /** Where each scope reads the context first. */
  readonly reads: Map<Scope, number>;
}

/** A visitor that applies the rules, and what it has observed once it has been everywhere. */
export function createHandlerVisitor(source: string): {
  readonly visitor: VisitorObject;
  readonly observed: () => Observed;
} {
  const broken: { rule: HandlerRuleId; offset: number }[] = [];
  const handlerNames: string[] = [];
  const classes: (HandlerClass | undefined)[] = [];
  const scopes: Scope[] = [];
  /** For each open catch whether something is thrown on in it. */
  const catches: { throwsOn: boolean }[] = [];
  /** Properties whose functions are handlers: `run` of a step in code, and those of `handlers`. */
  const handlerProperties = new Set<Node>();
  let hasHandlers = false;

  const report = (rule: HandlerRuleId, { start: offset }: { readonly start: number }) =>
    void broken.push({ rule, offset });
  const text = ({ start, end }: { readonly start: number; readonly end: number }) => source.slice(start, end);
  const isFormatter = ({ name }: Scope) => /^#?(format|shape)([A-Z_]|$)/.test(name) || name === 'processResults';
  const isHandler = ({ kind, name, handlerClass }: Scope) =>
    kind === 'handler' || (handlerClass !== undefined && name === 'call');

  function enter(name: string, kind: Scope['kind']): void {
    scopes.push({ name, kind, handlerClass: classes.at(-1), readsBody: undefined, checksStatus: false });
  }

  function leave(): void {
    const scope = scopes.pop();
    if (scope?.readsBody !== undefined && !scope.checksStatus) report('checked-response', { start: scope.readsBody });
  }

  function observeRead(node: Node): void {
    const scope = scopes.at(-1);
    if (scope?.handlerClass !== undefined && !scope.handlerClass.reads.has(scope)) {
      scope.handlerClass.reads.set(scope, node.start);
    }
  }

  function observeCall(node: CallExpression): void {
    const callee = text(node.callee);
    const scope = scopes.at(-1);
    if (/^(?:globalThis\.)?fetch$/.test(callee)) observeFetch(node, scope);
    if (/\.(json|text|arrayBuffer)$/.test(callee) && scope !== undefined) scope.readsBody ??= node.start;
    if (/(^|\.|#)(ensure|assert|check)[A-Z]\w*$/.test(callee) && scope !== undefined) scope.checksStatus = true;
    if (/(\.|\b)(getInput|getInputOr|getDependencyResult|getDependencyField|getPreviousStepData)$/.test(callee))
      observeRead(node);
    if (/^(console|.*\blogger)\.\w+$/.test(callee) && namesSecret(node.arguments.map(text).join(',')))
      report('no-secrets-in-logs', node);
    if (/^this\.failure$/.test(callee)) for (const open of catches) open.throwsOn = true;
    if (/^this\.success$/.test(callee)) observeResult(node.arguments[0]);
  }

  function observeFetch(node: CallExpression, scope: Scope | undefined): void {
    if (scope !== undefined && isHandler(scope)) report('behind-a-port', node);
    const options = node.arguments[1] === undefined ? '' : text(node.arguments[1]);
    if (!/\bsignal\b/.test(options)) report('time-limit', node);
    if (/\bmethod\s*:\s*['"`]POST['"`]/i.test(options) && !source.includes('idempotencyKey'))
      report('idempotency-key', node);
  }

  /** What the steps behind will read. */
  function observeResult(result: Node | null | undefined): void {
    if (result?.type !== 'ObjectExpression') return;
    for (const property of result.properties) {
      if (property.type !== 'Property' || property.computed) continue;
      const key = text(property.key).replaceAll(/['"]/g, '');
      const isTime = property.value.type === 'NewExpression' && text(property.value.callee) === 'Date';
      if (key === 'error' || /[A-Z]/.test(key) || isTime) report('result-contract', property);
    }
  }

  function observeThrow(thrown: Expression): void {
    for (const open of catches) open.throwsOn = true;
    if (thrown.type !== 'NewExpression') return;
    const name = text(thrown.callee);
    const scope = scopes.at(-1);
    // What a module throws when it is loaded is no failure of an attempt.
    if (scope === undefined) return;
    if (isFormatter(scope) && name !== 'PermanentError') report('safe-shaping', thrown);
    else if (name === 'Error' || (name === 'PermanentError' && !hasErrorCode(thrown)))
      report('classified-failure', thrown);
  }

  const hasErrorCode = ({ arguments: [, options] }: NewExpression) =>
    options !== undefined &&
    (options.type !== 'ObjectExpression' ||
      keysOf(options).includes('errorCode') ||
      options.properties.some(({ type }) => type === 'SpreadElement'));
  const keysOf = ({ properties }: ObjectExpression) =>
    properties.flatMap((property) => (property.type === 'Property' ? [text(property.key)] : []));

  /** Steps of a task in code: `.step('charge', { run: … })`. */
  function observeStep({ callee, arguments: [name, settings] }: CallExpression): void {
    if (!text(callee).endsWith('.step') || name?.type !== 'Literal' || settings?.type !== 'ObjectExpression') return;
    const runs = settings.properties.filter((property) => property.type === 'Property' && text(property.key) === 'run');
    for (const run of runs) handlerProperties.add(run);
    if (runs.length > 0) hasHandlers = true;
  }

  /** `handlers`, as workers look for it: an object of handlers by name. */
  function observeHandlers({ properties }: ObjectExpression): void {
    hasHandlers = true;
    for (const property of properties) {
      if (property.type !== 'Property' || property.computed) continue;
      handlerNames.push(text(property.key).replaceAll(/['"]/g, ''));
      handlerProperties.add(property);
    }
  }

  function enterClass(node: Class): void {
    const isOfHandlers = node.superClass !== null && text(node.superClass).endsWith('Handler');
    classes.push(isOfHandlers ? { reads: new Map() } : undefined);
    if (isOfHandlers) hasHandlers = true;
  }

  function leaveClass(): void {
    const reads = [...(classes.pop()?.reads.values() ?? [])];
    for (const offset of reads.slice(1)) report('one-extraction', { start: offset });
  }

  function enterFormatter(name: string, params: readonly Node[], isAsync: boolean, at: Node): void {
    if (!/^#?(format|shape)([A-Z_]|$)/.test(name)) return;
    const takesContext = params.some((param) => /^\{?[^}:]*\bcontext\b/.test(text(param)));
    if (isAsync || takesContext || params.length > 3) report('plain-formatter', at);
  }

  function assigned(target: Node, at: Node): void {
    const scope = scopes.at(-1);
    if (scope?.handlerClass === undefined || scope.kind === 'constructor') return;
    if (target.type === 'MemberExpression' && /^this\b/.test(text(target))) report('no-instance-state', at);
  }

  const defines = (node: CallExpression) =>
    /^define(Api|Decision)?Handler$|^defineBatch(Analyzer|Worker)$/.test(text(node.callee));

  const visitor: VisitorObject = {
    ClassDeclaration: enterClass,
    'ClassDeclaration:exit': leaveClass,
    ClassExpression: enterClass,
    'ClassExpression:exit': leaveClass,
    PropertyDefinition(node) {
      if (node.static && text(node.key) === 'handlerName' && node.value?.type === 'Literal')
        handlerNames.push(String(node.value.value));
    },
    MethodDefinition(node) {
      const name = text(node.key);
      enter(name, node.kind === 'constructor' ? 'constructor' : 'method');
      enterFormatter(name, node.value.params, node.value.async, node);
    },
    'MethodDefinition:exit': leave,
    FunctionDeclaration(node) {
      const name = node.id?.name ?? '';
      enter(name, 'function');
      enterFormatter(name, node.params, node.async, node);
    },
    'FunctionDeclaration:exit': leave,
    VariableDeclarator(node) {
      const { id, init } = node;
      if (id.type === 'Identifier' && id.name === 'handlers' && init?.type === 'ObjectExpression')
        observeHandlers(init);
      if (init?.type !== 'ArrowFunctionExpression' && init?.type !== 'FunctionExpression') return;
      enter(text(node.id), 'function');
      enterFormatter(text(node.id), init.params, init.async, node);
    },
    'VariableDeclarator:exit'({ init }) {
      if (init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression') leave();
    },
    CallExpression(node) {
      if (!defines(node)) {
        observeStep(node);
        observeCall(node);
        return;
      }
      hasHandlers = true;
      const [name] = node.arguments;
      if (name?.type === 'Literal') handlerNames.push(String(name.value));
      const run = node.arguments.at(-1);
      if (run?.type === 'ArrowFunctionExpression') observeResult(run.body);
      enter('handler', 'handler');
    },
    'CallExpression:exit'(node) {
      if (defines(node)) leave();
    },
    Property(node) {
      if (!handlerProperties.has(node)) return;
      if (node.value.type === 'ArrowFunctionExpression') observeResult(node.value.body);
      enter('handler', 'handler');
    },
    'Property:exit'(node) {
      if (handlerProperties.has(node)) leave();
    },
    MemberExpression(node) {
      const property = text(node.property);
      if (property === 'inputData' || property === 'dependencyResults') observeRead(node);
      const scope = scopes.at(-1);
      if (scope !== undefined && /^(ok|status|statusCode)$/.test(property)) scope.checksStatus = true;
    },
    TSAsExpression(node) {
      if (text(node.typeAnnotation) === 'const') return;
      if (
        /\.(getInput|getInputOr|getDependencyResult|getDependencyField|json)\([^]*\)$|\.(inputData|dependencyResults|stepConfig)$/.test(
          text(node.expression),
        )
      ) {
        report('parse-at-boundary', node);
      }
    },
    AssignmentExpression: (node) => assigned(node.left, node),
    UpdateExpression: (node) => assigned(node.argument, node),
    ThrowStatement: (node) => observeThrow(node.argument),
    ReturnStatement(node) {
      const scope = scopes.at(-1);
      if (scope !== undefined && (isHandler(scope) || isFormatter(scope))) observeResult(node.argument);
    },
    CatchClause: () => void catches.push({ throwsOn: false }),
    'CatchClause:exit'(node) {
      if (catches.pop()?.throwsOn === false) report('narrow-catch', node);
    },
  };
  return { visitor, observed: () => ({ broken, handlerNames, hasHandlers }) };
}

/** Names of things that are secret, apart from what only words say of them. */
function namesSecret(written: string): boolean {
  const names = written.replaceAll(/'[^']*'|"[^"]*"/g, '');
  return /(password|secret|access_?token|api_?key|authorization|card_?number|cvv|\bssn\b)/i.test(names);
}
