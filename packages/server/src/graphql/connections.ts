import { GraphQLBoolean, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import { InvalidInput } from '../errors.ts';
import type { ObjectType } from './wire-types.ts';

/** A page of a list, as connections show it. */
export interface Page {
  readonly nodes: readonly unknown[];
  readonly edges: readonly { readonly node: unknown; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | undefined;
    readonly endCursor: string | undefined;
  };
}

export interface PageRequest {
  readonly first: number;
  readonly after: string | undefined;
}

/** The arguments of a page, beside those that say of what. */
export const pageArguments = {
  first: { type: GraphQLInt, defaultValue: 20, description: 'Size of the page, 1 to 100.' },
  after: { type: GraphQLString, description: '`endCursor` of the page before.' },
};

/** @throws {InvalidInput} */
export function pageRequest({ first, after }: Readonly<Record<string, unknown>>): PageRequest {
  const size = first ?? pageArguments.first.defaultValue;
  if (typeof size !== 'number' || size < 1 || size > 100) {
    throw new InvalidInput([{ path: 'first', message: 'must be from 1 to 100' }]);
  }
  return { first: size, after: typeof after === 'string' ? after : undefined };
}

/**
 * A page of what is known as a whole.
 *
 * @throws {InvalidInput} when `after` is of another list
 */
export function pageOf<Node>(
  all: readonly Node[],
  { first, after }: PageRequest,
  cursorOf: (node: Node) => string,
): Page {
  const place = after === undefined ? -1 : all.findIndex((node) => cursorOf(node) === after);
  if (after !== undefined && place === -1) {
    throw new InvalidInput([{ path: 'after', message: 'is no cursor of this list; take `endCursor` of a page' }]);
  }
  const nodes = all.slice(place + 1, place + 1 + first);
  return page(nodes, cursorOf, { hasNextPage: all.length > place + 1 + first, hasPreviousPage: place >= 0 });
}

export function page<Node>(
  nodes: readonly Node[],
  cursorOf: (node: Node) => string,
  around: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean },
): Page {
  const edges = nodes.map((node) => ({ node, cursor: cursorOf(node) }));
  return { nodes, edges, pageInfo: { ...around, startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor } };
}

/** The type of pages of a list. */
export function connectionType(node: ObjectType): ObjectType {
  const one = new GraphQLNonNull(node);
  const edge: ObjectType = new GraphQLObjectType({
    name: `${node.name}Edge`,
    fields: {
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'For `after`; what it says is nobody’s business.',
      },
      node: { type: one },
    },
  });
  const type: ObjectType = new GraphQLObjectType({
    name: `${node.name}Connection`,
    description: 'A page of a list.',
    // the page is counted where it is asked for
    extensions: { isPage: true },
    fields: {
      nodes: { type: new GraphQLNonNull(new GraphQLList(one)) },
      edges: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(edge))) },
      pageInfo: { type: new GraphQLNonNull(pageInfoType) },
    },
  });
  return type;
}

const pageInfoType = new GraphQLObjectType({
  name: 'PageInfo',
  fields: {
    hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean) },
    hasPreviousPage: { type: new GraphQLNonNull(GraphQLBoolean) },
    startCursor: { type: GraphQLString },
    endCursor: { type: GraphQLString, description: 'For `after` of the next page.' },
  },
});
