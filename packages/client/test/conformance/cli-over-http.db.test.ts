import { cliSurface } from './cli-surface.ts';
import { describeConformance } from './conformance.ts';

describeConformance('the command line over HTTP', ({ url }) => cliSurface({ server: url }));
