import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { pageArguments } from './connections.ts';

/** How much a document may ask for. */
export const limits = {
  /** Words and signs of the document. */
  tokens: 10_000,
  /** Fields, aliases and fragments as they are written. */
  fields: 1_000,
  /** Fields within fields; introspection has a limit of its own. */
  depth: 15,
  /** Fields of the answer, as far as can be told beforehand. */
  cost: 50_000,
  /** Lists and objects within each other, in values. */
  values: 64,
};

/**
 * What is wrong with the size of a document before anybody knows what it means; undefined: nothing.
 */
export function checkSize(document: DocumentNode): GraphQLError | undefined {
  let fields = 0;
  let values = 0;
  let deepest = 0;
  const value = {
    enter() {
      values += 1;
      deepest = Math.max(deepest, values);
    },
    leave() {
      values -= 1;
    },
  };
  visit(document, {
    Field() {
      fields += 1;
    },
    FragmentSpread() {
      fields += 1;
    },
    ListValue: value,
    ObjectValue: value,
  });
  if (fields > limits.fields) {
    return refusal(`The document has ${fields} fields; up to ${limits.fields} are taken. Send several requests.`);
  }
  if (deepest > limits.values) {
    return refusal(`A value is nested deeper than ${limits.values} levels, which is all that is taken.`);
  }
  return undefined;
}

interface Weight {
  readonly cost: number;
  readonly depth: number;
}

/** What is wrong with what a valid operation asks for; undefined: nothing. */
export function checkWeight(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError | undefined {
  const { cost, depth } = weigh(schema, document, operation, variables);
  if (depth > limits.depth) {
    return refusal(
      `The query is ${depth} levels deep; up to ${limits.depth} are taken. Ask for the deeper part by itself.`,
    );
  }
  if (cost > limits.cost) {
    return refusal(
      `The query may ask for ${cost} fields, more than ${limits.cost}. Ask for smaller pages (\`first\`), or for less of each.`,
    );
  }
  return undefined;
}

function weigh(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Weight {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  // a fragment weighs the same wherever it stands, and would otherwise be weighed over and over
  const known = new Map<string, Weight>();

  function ofSelection(set: SelectionSetNode, type: GraphQLNamedType | undefined): Weight {
    let cost = 0;
    let depth = 0;
    for (const selection of set.selections) {
      const weight =
        selection.kind === Kind.FIELD
          ? ofField(selection, type)
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? ofFragment(selection.name.value)
            : ofSelection(selection.selectionSet, typeNamed(selection.typeCondition?.name.value) ?? type);
      cost += weight.cost;
      depth = Math.max(depth, weight.depth);
    }
    return { cost, depth };
  }

  function ofFragment(name: string): Weight {
    const fragment = fragments.get(name);
    if (fragment === undefined) return { cost: 0, depth: 0 };
    const weight = known.get(name) ?? ofSelection(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value));
    known.set(name, weight);
    return weight;
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType | undefined): Weight {
    const name = node.name.value;
    if (name.startsWith('__')) return { cost: 1, depth: 1 };
    const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
    if (field === undefined) return { cost: 1, depth: 1 };
    const own = typeof field.extensions['cost'] === 'number' ? field.extensions['cost'] : 1;
    const type = getNamedType(field.type);
    if (node.selectionSet === undefined || !isCompositeType(type)) return { cost: own, depth: 1 };
    const inside = ofSelection(node.selectionSet, type);
    const isCounted = parent?.extensions['isPage'] === true;
    const times = isListType(getNullableType(field.type)) && !isCounted ? usualLength : pageSize(node, type, variables);
    return { cost: own + times * inside.cost, depth: 1 + inside.depth };
  }

  const typeNamed = (name: string | undefined) => (name === undefined ? undefined : schema.getType(name));

  return ofSelection(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** Of a list that does not come in pages. */
const usualLength = 10;

/** How many of what is inside a page has, 1 if it is no page. */
function pageSize(node: FieldNode, type: GraphQLNamedType, variables: Readonly<Record<string, unknown>>): number {
  if (type.extensions['isPage'] !== true) return 1;
  const first = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  if (first?.kind === Kind.INT) return Math.max(1, Number(first.value));
  const given = first?.kind === Kind.VARIABLE ? variables[first.name.value] : undefined;
  return typeof given === 'number' ? Math.max(1, given) : pageArguments.first.defaultValue;
}

const refusal = (message: string) => new GraphQLError(message);
