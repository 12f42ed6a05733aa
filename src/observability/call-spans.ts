import { ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Log } from '../lib/log.js'
import { within } from '../lib/waiting.js'
import { maskNumbers } from './masking.js'
import { type ObservedCall, STAGES } from './metrics.js'

/**
 * How long one export may take unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise. A receiver that hangs keeps the process
 * for so long after a stop, and while an instance restarts, calls take the fallback.
 */
const EXPORT_MS = 2_000

export interface CallSpansOptions {
  /** Where the spans are sent, for the log. */
  readonly receiver: string
  /** The Stasis application of this instance. */
  readonly instance: string
  /** Whether phone numbers are masked. */
  readonly mask: boolean
  readonly log: Pick<Log, 'info' | 'warn'>
}

/** One span for each call with one for each of its stages, sent by OTLP over HTTP in the background. */
export class CallSpans {
  readonly #provider: TracerProvider
  readonly #tracer: Tracer
  readonly #mask: boolean

  constructor({ receiver, instance, mask, log }: CallSpansOptions) {
    const { OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT } = process.env
    const isTimeSet = OTEL_EXPORTER_OTLP_TIMEOUT || OTEL_EXPORTER_OTLP_TRACES_TIMEOUT
    const exporter = new ReportingExporter(isTimeSet ? {} : { timeoutMillis: EXPORT_MS })
    exporter.report = (error) => log.warn(failureMessage(receiver, error), { event: 'tracing_problem' })
    const own = resourceFromAttributes({ 'service.name': 'doorman', 'service.instance.id': instance })
    this.#provider = new TracerProvider({
      resource: defaultResource()
        .merge(own)
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    })
    this.#tracer = this.#provider.getTracer('doorman')
    this.#mask = mask
    log.info(`Spans of calls are sent to ${receiver}.`, { event: 'tracing' })
  }

  /**
   * @param record of a call that has left.
   * @param isError for one that did not leave as it should.
   */
  call(record: ObservedCall, isError: boolean): void {
    const start = Date.parse(record.at)
    const attributes = attributesOf(this.#mask ? maskNumbers({ ...record }) : { ...record })
    const options = { kind: SpanKind.SERVER, startTime: start, attributes }
    const span = this.#tracer.startSpan('call', options, ROOT_CONTEXT)
    if (!span.isRecording()) return
    if (isError) span.setStatus({ code: SpanStatusCode.ERROR, message: record.outcome })
    const context = trace.setSpan(ROOT_CONTEXT, span)
    let time = start
    for (const stage of STAGES) {
      const ms = record.ms[stage]
      if (ms === undefined) continue
      const child = this.#tracer.startSpan(stage, { startTime: time }, context)
      time += ms
      child.end(time)
    }
    span.end(Math.max(time, start + (record.ms.total ?? 0)))
  }

  /** Sends what is left, for as long as that takes at most two seconds. */
  async stop(): Promise<void> {
    await within(EXPORT_MS, 'the OTLP receiver', this.#provider.shutdown()).catch(() => undefined)
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
} as const satisfies Partial<Record<keyof ObservedCall, string>>

function attributesOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  const attributes = Object.entries(ATTRIBUTES).map(([field, name]) => [name, record[field]])
  return Object.fromEntries(attributes.filter(([, value]) => value !== null))
}

/** Reports a failure, and the next one only after a success in between. */
class ReportingExporter extends OTLPTraceExporter {
  report: (error: NodeJS.ErrnoException | undefined) => void = () => undefined
  #isFailing = false

  override export(...[spans, done]: Parameters<OTLPTraceExporter['export']>): void {
    super.export(spans, (result) => {
      // ExportResultCode.SUCCESS is 0.
      const hasFailed = result.code !== 0
      if (hasFailed && !this.#isFailing) this.report(result.error)
      this.#isFailing = hasFailed
      done(result)
    })
  }
}

function failureMessage(receiver: string, error: NodeJS.ErrnoException | undefined): string {
  // An address with several IP addresses fails with an empty message and a code.
  const why = error?.message || error?.code || 'no reason given'
  return (
    `Spans of calls could not be sent to ${receiver} (${why}) and are dropped; calls are not affected. ` +
    'Check that OTLP over HTTP is spoken there: its port is mostly 4318, and 4317 is that of gRPC.'
  )
}
