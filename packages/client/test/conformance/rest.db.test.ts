import { describeConformance } from './conformance.ts';
import { restSurface } from './rest-surface.ts';

describeConformance('REST', restSurface);
