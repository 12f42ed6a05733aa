import { DiagLogLevel, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes, } from '@opentelemetry/resources';
import { AlwaysOffSampler, AlwaysOnSampler, BatchSpanProcessor, TraceIdRatioBasedSampler, TracerProvider, } from '@opentelemetry/sdk-trace';
import { within } from '../lib/timeout.js';
import { maskNumbers } from './masking.js';
import { STAGES } from './observed-call.js';
/**
 * How long one export may take unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise. A receiver that hangs keeps the process
 * for so long after a stop, and while an instance restarts, calls take the fallback.
 */
const EXPORT_MS = 2_000;
/** One span for each call with one for each of its stages, sent by OTLP over HTTP in the background. */
export class CallSpans {
    #provider;
    #tracer;
    #mask;
    constructor({ instance, mask, log }) {
        const problem = (message) => log.warn(message, { event: 'tracing_problem' });
        const none = () => undefined;
        // What the libraries say of variables that they cannot use; later on they would repeat each failure.
        diag.setLogger({ error: problem, warn: problem, info: none, debug: none, verbose: none }, DiagLogLevel.WARN);
        const { OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT } = process.env;
        const isTimeSet = OTEL_EXPORTER_OTLP_TIMEOUT || OTEL_EXPORTER_OTLP_TRACES_TIMEOUT;
        const exporter = new OTLPTraceExporter(isTimeSet ? {} : { timeoutMillis: EXPORT_MS });
        const own = resourceFromAttributes({ 'service.name': 'doorman', 'service.instance.id': instance });
        this.#provider = new TracerProvider({
            resource: defaultResource()
                .merge(own)
                .merge(detectResources({ detectors: [envDetector] })),
            sampler: samplerFrom(process.env),
            spanProcessors: [new BatchSpanProcessor({ exporter: reporting(exporter, problem) })],
        });
        diag.disable();
        this.#tracer = this.#provider.getTracer('doorman');
        this.#mask = mask;
        log.info('Spans of calls are sent by OTLP over HTTP.', { event: 'tracing' });
    }
    /**
     * @param record of a call that has left.
     * @param isError for one that did not leave as it should.
     */
    call(record, isError) {
        const start = Date.parse(record.at);
        const attributes = attributesOf(this.#mask ? maskNumbers({ ...record }) : { ...record });
        const options = { kind: SpanKind.SERVER, startTime: hrTime(start), attributes };
        const span = this.#tracer.startSpan('call', options, ROOT_CONTEXT);
        if (!span.isRecording())
            return;
        if (isError)
            span.setStatus({ code: SpanStatusCode.ERROR, message: record.outcome });
        const context = trace.setSpan(ROOT_CONTEXT, span);
        let time = start;
        for (const stage of STAGES) {
            const ms = record.ms[stage];
            if (ms === undefined)
                continue;
            const child = this.#tracer.startSpan(stage, { startTime: hrTime(time) }, context);
            time += ms;
            child.end(hrTime(time));
        }
        span.end(hrTime(Math.max(time, start + (record.ms.total ?? 0))));
    }
    /** Sends what is left, for as long as that takes at most two seconds. */
    async stop() {
        await within(EXPORT_MS, 'the OTLP receiver', this.#provider.shutdown()).catch(() => undefined);
    }
}
/** The fields of a record that a span shows. */
const ATTRIBUTES = {
    sipCallId: 'sip.call_id',
    call: 'asterisk.channel_id',
    trunk: 'doorman.trunk',
    rule: 'doorman.rule',
    flow: 'doorman.flow',
    branch: 'doorman.branch',
    revision: 'doorman.revision',
    outcome: 'doorman.outcome',
};
function attributesOf(record) {
    const attributes = Object.entries(ATTRIBUTES).map(([field, name]) => [name, record[field]]);
    return Object.fromEntries(attributes.filter(([, value]) => value !== null));
}
/** Milliseconds since 1970 as seconds and nanoseconds. */
function hrTime(ms) {
    const seconds = Math.floor(ms / 1_000);
    return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
/** As OTEL_TRACES_SAMPLER says. A call has no parent, so that `parentbased_always_on` is `always_on`. */
function samplerFrom({ OTEL_TRACES_SAMPLER = '', OTEL_TRACES_SAMPLER_ARG }) {
    const name = OTEL_TRACES_SAMPLER.replace('parentbased_', '');
    const ratio = Number(OTEL_TRACES_SAMPLER_ARG || 1);
    if (name === 'always_off')
        return new AlwaysOffSampler();
    return name === 'traceidratio' && ratio < 1 ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
/** The same exporter; a failure is reported, and the next one only after a success in between. */
function reporting(exporter, report) {
    let isFailing = false;
    return {
        export: (spans, done) => exporter.export(spans, (result) => {
            // ExportResultCode.SUCCESS is 0.
            const hasFailed = result.code !== 0;
            if (hasFailed && !isFailing)
                report(failureMessage(result.error));
            isFailing = hasFailed;
            done(result);
        }),
        shutdown: () => exporter.shutdown(),
    };
}
function failureMessage(error) {
    // An address with several IP addresses fails with an empty message and a code.
    const why = error?.message || error?.code || 'no reason given';
    return (`Spans of calls could not be sent (${why}) and are dropped; calls are not affected. Check that an OTLP receiver ` +
        'for HTTP listens at OTEL_EXPORTER_OTLP_ENDPOINT; its port is mostly 4318 (4317 is for gRPC).');
}
//# sourceMappingURL=call-spans.js.map