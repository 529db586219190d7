import { systemClock } from '@tasker/engine';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { supportHandlerClasses } from './customer-success/handler-classes.ts';
import { createSupportServices } from './customer-success/simulated/services.ts';
import { supportTemplate } from './customer-success/template.ts';
import { paymentHandlerClasses } from './payments/handler-classes.ts';
import { startPaymentServices } from './payments/simulated/services.ts';
import { paymentTemplates } from './payments/templates.ts';

/** The server that the payments team's tasks are submitted to: the one of `npm start`, unless another is named. */
const paymentsTeam = {
  url: process.env['PAYMENTS_URL'] ?? 'http://127.0.0.1:3000',
  token: process.env['PAYMENTS_TOKEN'] ?? 'development',
};

/** For `tasker dev --tasks`: both teams in one process, with simulated services. */
export const templates = [...paymentTemplates, supportTemplate];
export const handlers = withSimulatedFaults(
  {
    ...paymentHandlerClasses(await startPaymentServices()),
    ...supportHandlerClasses(createSupportServices(paymentsTeam)),
  },
  { clock: systemClock },
);
