import { stepStates, taskStates } from '@tasker/contract';
import { graphFormats, historyKinds, sortOrders, taskSortColumns } from '@tasker/contract/wire';
import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import type { GraphqlContext } from './context.ts';
import { camelCase, pascalCase } from './names.ts';
import { jsonScalar, timeScalar } from './scalars.ts';
import { readNode, type SchemaNode, type SchemaProperty, valueOf } from './schema-node.ts';

export type Field = GraphQLFieldConfig<unknown, GraphqlContext, Readonly<Record<string, unknown>>>;
export type ObjectType = GraphQLObjectType<unknown, GraphqlContext>;
export type Fields = Readonly<Record<string, Field>>;

/** What leads from one to the other; the wire shows each in more than one form, GraphQL in one. */
export interface EntityTypes {
  readonly task: ObjectType;
  readonly step: ObjectType;
  readonly template: ObjectType;
}

/** Makes GraphQL types of wire schemas, each once. */
export interface WireTypes {
  /**
   * The type of a value, without regard to whether it may be missing.
   *
   * @param name of the type, if it needs one and has no title
   */
  output(schema: unknown, name: string): GraphQLOutputType;
  /** The same of what is given. */
  input(schema: unknown, name: string): GraphQLInputType;
  /** A field for each property, by its name in camel case. */
  fields(schema: unknown, typeName: string): Fields;
  /** The type of a schema for an object. */
  object(schema: unknown, name: string): ObjectType;
  /** Every schema with one of these titles is this type. */
  define(titles: readonly string[], type: GraphQLNamedType & GraphQLOutputType): void;
}

/** A list without gaps that is always there. */
export function listOf(type: ObjectType): GraphQLNonNull<GraphQLList<GraphQLNonNull<ObjectType>>> {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));
}

export function createWireTypes(): WireTypes {
  const defined = new Map<string, GraphQLNamedType & GraphQLOutputType>();
  const objects = new Map<object, ObjectType>();
  const enums = new Map<string, GraphQLEnumType>();

  function output(schema: unknown, name: string): GraphQLOutputType {
    const node = readNode(schema);
    const known = node.title === undefined ? undefined : defined.get(node.title);
    if (known !== undefined) return known;
    if (node.type === 'array') return new GraphQLList(new GraphQLNonNull(output(node.items, name)));
    if (node.properties !== undefined) return objectType(node, node.title ?? nameOf(name));
    return scalarType(node) ?? enumType(node, name) ?? GraphQLString;
  }

  function objectType(node: SchemaNode, name: string): ObjectType {
    const known = objects.get(node.source);
    if (known !== undefined) return known;
    const { description } = node;
    const type: ObjectType = new GraphQLObjectType({ name, description, fields: () => fields(node.source, name) });
    objects.set(node.source, type);
    return type;
  }

  function fields(schema: unknown, typeName: string): Record<string, Field> {
    const { properties = [] } = readNode(schema);
    return Object.fromEntries(properties.map((property) => [camelCase(property.name), field(property, typeName)]));
  }

  function field({ name, schema, isRequired }: SchemaProperty, typeName: string): Field {
    const node = readNode(schema);
    const type = output(schema, typeName + pascalCase(name));
    const mayBeNull = node.isNullable || !isRequired || isAnything(node);
    return {
      type: mayBeNull ? type : new GraphQLNonNull(type),
      description: node.description,
      resolve: (source) => valueOf(source, name),
    };
  }

  function input(schema: unknown, name: string): GraphQLInputType {
    const node = readNode(schema);
    if (node.type === 'array') return new GraphQLList(new GraphQLNonNull(input(node.items, name)));
    if (node.properties !== undefined) return inputType(node.properties, name);
    return scalarType(node) ?? enumType(node, name) ?? GraphQLString;
  }

  function inputType(properties: readonly SchemaProperty[], name: string): GraphQLInputType {
    const entries = properties.map(({ name: property, schema, isRequired }) => {
      const type = input(schema, name + pascalCase(property));
      const { description } = readNode(schema);
      return [camelCase(property), { type: isRequired ? new GraphQLNonNull(type) : type, description }] as const;
    });
    return new GraphQLInputObjectType({ name, fields: Object.fromEntries(entries) });
  }

  /** The same values are the same enumeration; values that are no names in GraphQL stay texts. */
  function enumType({ values }: SchemaNode, name: string): GraphQLEnumType | undefined {
    if (!values?.every((value) => /^[A-Za-z_]\w*$/.test(value))) return undefined;
    const key = values.join();
    const known = enums.get(key);
    if (known !== undefined) return known;
    const type = new GraphQLEnumType({
      name: enumNames.get(key) ?? nameOf(name),
      values: Object.fromEntries(values.map((value) => [value, {}])),
    });
    enums.set(key, type);
    return type;
  }

  return {
    output,
    input,
    fields,
    object(schema, name) {
      const type = output(schema, name);
      if (type instanceof GraphQLObjectType) return type;
      throw new Error(`${name} is no object`);
    },
    define(titles, type) {
      for (const title of titles) defined.set(title, type);
    },
  };
}

function scalarType({ type, format, values, properties }: SchemaNode): GraphQLScalarType | undefined {
  if (values !== undefined) return undefined;
  switch (type ?? 'anything') {
    case 'string':
      return format === 'uuid' ? GraphQLID : format === 'date-time' ? timeScalar : GraphQLString;
    case 'integer':
      return GraphQLInt;
    case 'number':
      return GraphQLFloat;
    case 'boolean':
      return GraphQLBoolean;
    default:
      return properties === undefined ? jsonScalar : undefined;
  }
}

/** Any JSON value, null among them. */
export function isAnything({ type, values, properties }: SchemaNode): boolean {
  return type === undefined && values === undefined && properties === undefined;
}

const enumNames: ReadonlyMap<string, string> = new Map([
  [taskStates.join(), 'TaskStatus'],
  [stepStates.join(), 'StepStatus'],
  [graphFormats.join(), 'GraphFormat'],
  [historyKinds.join(), 'TaskHistoryEventKind'],
  [taskSortColumns.join(), 'TaskSortColumn'],
  [sortOrders.join(), 'SortOrder'],
]);

/** Types that are named after the place where they stand first get a better name here. */
const nameOf = (name: string) => betterNames.get(name) ?? name;

const betterNames: ReadonlyMap<string, string> = new Map([
  ['BottlenecksBottlenecks', 'Bottleneck'],
  ['BottlenecksOverallImpact', 'OverallImpact'],
  ['CriticalPathsPaths', 'CriticalPath'],
  ['DependencyAnalysisBottlenecks', 'Bottlenecks'],
  ['DependencyAnalysisCriticalPaths', 'CriticalPaths'],
  ['DependencyAnalysisDependencyGraph', 'RuntimeGraph'],
  ['DependencyAnalysisErrorChains', 'ErrorChains'],
  ['DependencyAnalysisParallelismOpportunities', 'ParallelismOpportunities'],
  ['DependencyAnalysisTaskExecutionSummary', 'TaskExecutionSummary'],
  ['ErrorChainsErrorChains', 'ErrorChain'],
  ['ParallelismOpportunitiesLevels', 'ParallelLevel'],
  ['RuntimeGraphEdges', 'RuntimeEdge'],
  ['RuntimeGraphNodes', 'RuntimeNode'],
  ['TaskExecutionSummaryOverallHealth', 'OverallHealth'],
  ['ReadinessChecksDatabase', 'HealthCheck'],
  ['ReadinessChecksDatabaseStatus', 'HealthState'],
  ['TaskTaskAnnotations', 'TaskAnnotation'],
  ['TemplateRevisions', 'TemplateRevision'],
  ['TemplateDifferencesFrom', 'TemplateSide'],
  ['TemplateDifferencesDifferences', 'TemplateDifference'],
  ['TemplateDifferencesDifferencesKind', 'TemplateDifferenceKind'],
  ['TemplateDifferencesBreaking', 'BreakingChange'],
  ['TaskGraphNodes', 'TaskGraphNode'],
  ['DependencyGraphNodes', 'DependencyGraphNode'],
  ['DependencyGraphEdges', 'DependencyGraphEdge'],
  ['HandlerListHandlers', 'HandlerSummary'],
  ['HandlerNamespaceListNamespaces', 'HandlerNamespace'],
  ['HandlerStepTemplates', 'StepTemplate'],
]);
