import { describeConformance } from './conformance.ts';
import { graphqlSurface } from './graphql-surface.ts';

describeConformance('GraphQL', graphqlSurface);
