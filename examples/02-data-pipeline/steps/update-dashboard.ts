import { PermanentError, type StepContext } from '@tasker/engine';
import { type Fields, fieldsOf } from '../../shared/json-fields.ts';
import { callPort } from '../../shared/port-call.ts';
import { required, shapeResult } from '../../shared/shape-result.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { modeOf } from './computation.ts';
import { readDateRange } from './date-range.ts';
import { PipelineStep } from './pipeline-step.ts';
import { orFailureAt } from './port-failures.ts';

export interface UpdateDashboardResult {
  readonly dashboard_update: { readonly dashboard_id: string; readonly updated_sections: readonly string[] };
  readonly dashboard_metadata: { readonly updated_at: string; readonly processing_mode: string };
}

/** Permanent: MISSING_INSIGHTS_DATA, DASHBOARD_AUTH_FAILED, RESULT_PROCESSING_FAILED. Retryable: TIMEOUT, CONNECTION_ERROR. */
export class UpdateDashboardHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.update_dashboard';

  async call(context: StepContext) {
    const inputs = readDashboardInputs({
      insights: context.getDependencyField('generate_insights', 'insights'),
      date_range: context.getInput('date_range'),
      processing_mode: context.getInput('processing_mode'),
    });
    return this.success(await updateDashboard(inputs, this.services, context), { operation: 'update_dashboard' });
  }
}

export async function updateDashboard(
  { insights, month, mode }: DashboardInputs,
  { dashboards, clock }: PipelineServices,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<UpdateDashboardResult> {
  const request = {
    dashboard_id: `executive_dashboard_${month}`,
    sections: {
      customer_metrics: insights['top_customers'],
      product_performance: insights['top_products'],
      revenue_insights: insights['category_performance'],
      segment_analysis: insights['segment_analysis'],
    },
  };
  const response = await orFailureAt('The dashboard', 'DASHBOARD_AUTH_FAILED', () =>
    callPort((ownSignal) => dashboards.update(request, ownSignal), { clock, timeoutMs: 15_000, signal }),
  );
  return shapeResult(response, () => ({
    dashboard_update: {
      dashboard_id: required(response.dashboard_id, 'dashboard_id'),
      updated_sections: required(response.updated_sections, 'updated_sections'),
    },
    dashboard_metadata: { updated_at: new Date(clock.now()).toISOString(), processing_mode: mode },
  }));
}

interface DashboardInputs {
  readonly insights: Fields;
  /** YYYY_MM. */
  readonly month: string;
  readonly mode: string;
}

export interface DashboardSources {
  readonly insights: unknown;
  readonly date_range: unknown;
  readonly processing_mode: unknown;
}

export function readDashboardInputs({ insights, date_range, processing_mode }: DashboardSources): DashboardInputs {
  const fields = fieldsOf(insights);
  if (fields === undefined) {
    throw new PermanentError('There are no insights to publish.', { errorCode: 'MISSING_INSIGHTS_DATA' });
  }
  const month = readDateRange(date_range).end_date.slice(0, 7).replace('-', '_');
  return { insights: fields, month, mode: modeOf(processing_mode) };
}
