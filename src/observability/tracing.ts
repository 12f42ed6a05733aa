import type { CallSpans, CallSpansOptions } from './call-spans.js'

/**
 * Undefined unless the standard variables ask for traces. The libraries are loaded here, so that an instance without
 * traces has none of them in memory.
 */
export async function openTracing(
  options: Omit<CallSpansOptions, 'receiver'>,
): Promise<CallSpans | undefined> {
  const { env } = process
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  if (!endpoint || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return undefined
  try {
    const { protocol, origin } = new URL(endpoint)
    if (!/^https?:$/.test(protocol)) throw new TypeError('its address must begin with http:// or https://')
    const { CallSpans } = await import('./call-spans.js')
    return new CallSpans({ ...options, receiver: origin })
  } catch (error) {
    const message = `Spans of calls are not sent to OTEL_EXPORTER_OTLP_ENDPOINT: ${(error as Error).message}.`
    options.log.warn(message, { event: 'tracing_problem' })
    return undefined
  }
}
