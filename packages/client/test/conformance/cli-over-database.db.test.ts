import { cliSurface, leftToServers } from './cli-surface.ts';
import { describeConformance } from './conformance.ts';

describeConformance('the command line over the database', ({ database }) => cliSurface({ database }), leftToServers);
