import { StepHandler } from '@tasker/engine';
import type { SupportServices } from '../services.ts';

/** The class form of a step of the support team. */
export abstract class SupportStep extends StepHandler {
  protected readonly services: SupportServices;

  constructor(services: SupportServices) {
    super();
    this.services = services;
  }
}
