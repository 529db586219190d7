import { templateIn } from '../shared/read-template.ts';

export const customerAnalyticsTemplate = templateIn(new URL('customer-analytics.yaml', import.meta.url));
export const analyticsPipelineTemplate = templateIn(new URL('analytics-pipeline.yaml', import.meta.url));
export const pipelineTemplates = [customerAnalyticsTemplate, analyticsPipelineTemplate];
