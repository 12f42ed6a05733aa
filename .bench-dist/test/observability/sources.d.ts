import type { MetricsSources } from '../../src/observability/metrics.js';
import type { ObservedCall } from '../../src/observability/observed-call.js';
/** A Doorman for which all is well and nothing has happened. */
export declare const SOURCES: MetricsSources;
export declare const CALL: ObservedCall;
