/**
 * Undefined unless the standard variables ask for traces. The libraries are loaded here, so that an instance without
 * traces has none of them in memory.
 */
export async function openTracing(options) {
    const { env } = process;
    const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
    if (!endpoint || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none')
        return undefined;
    try {
        const { CallSpans } = await import('./call-spans.js');
        return new CallSpans(options);
    }
    catch (error) {
        options.log.warn(`Spans of calls cannot be sent: ${error}`, { event: 'tracing_problem' });
        return undefined;
    }
}
//# sourceMappingURL=tracing.js.map