import { clientSurface } from './client-surface.ts';
import { describeConformance } from './conformance.ts';

describeConformance('the client', clientSurface);
