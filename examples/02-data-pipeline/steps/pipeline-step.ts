import { StepHandler } from '@tasker/engine';
import type { PipelineServices } from '../services/pipeline-services.ts';

/** The class form of a step of these pipelines: it has the services, and nothing else. */
export abstract class PipelineStep extends StepHandler {
  protected readonly services: PipelineServices;

  constructor(services: PipelineServices) {
    super();
    this.services = services;
  }
}
