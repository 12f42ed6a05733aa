import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CallSpans } from '../../src/observability/call-spans.js'
import { openTracing } from '../../src/observability/tracing.js'
import { deadPort } from '../asterisk/tcp-peer.js'
import { RunningCommand } from '../cli/command.js'
import { projectFolder } from '../flows/project-folder.js'
import { until } from '../support/until.js'
import { OtlpReceiver } from './otlp-receiver.js'
import { CALL } from './sources.js'

const RECORD = {
  ...CALL,
  ...{ trunk: 'carrier-a', rule: 'VIP callers', flow: 'vip' },
  ms: { read: 0.25, decide: 0.5, write: 1, continue: 2, leave: 4, total: 8 },
}
const START = Date.parse(RECORD.at)

let receiver: OtlpReceiver
let said: string[]

beforeEach(async () => {
  receiver = await OtlpReceiver.open()
  said = []
})
afterEach(() => {
  receiver.close()
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name]
})

async function opened(env: Readonly<Record<string, string>> = {}, mask = false): Promise<CallSpans> {
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, env)
  const say = (message: string) => void said.push(message)
  const tracing = await openTracing({
    instance: 'doorman-a',
    mask,
    log: { info: () => undefined, warn: say },
  })
  if (tracing === undefined) throw new Error('no traces')
  return tracing
}

describe('the trace of a call', () => {
  test('is one span with the names of its record, and one for each stage that it reached, one after the other', async () => {
    const tracing = await opened()
    tracing.call(RECORD, false)
    await tracing.stop()

    const [call, ...stages] = receiver.spans.toSorted((a, b) => a.start - b.start || b.end - a.end)
    expect(call).toMatchObject({
      ...{ name: 'call', parentSpanId: '', start: START, end: START + 8, status: 0 },
      resource: { 'service.name': 'doorman', 'service.instance.id': 'doorman-a' },
    })
    expect(call?.attributes).toEqual({
      ...{ 'sip.call_id': 'a84b4c76e66710', 'asterisk.channel_id': '1700000000.42' },
      ...{ 'doorman.trunk': 'carrier-a', 'doorman.rule': 'VIP callers', 'doorman.flow': 'vip' },
      ...{ 'doorman.revision': 'abcdef012345', 'doorman.outcome': 'routed' },
    })
    const times = stages.map(({ name, start, end }) => [name, start - START, end - START])
    expect(times).toEqual([
      ['read', 0, 0.25],
      ['decide', 0.25, 0.75],
      ['write', 0.75, 1.75],
      ['continue', 1.75, 3.75],
      ['leave', 3.75, 7.75],
    ])
    for (const { traceId, parentSpanId } of stages)
      expect([traceId, parentSpanId]).toEqual([call?.traceId, call?.spanId])
    expect(said).toEqual([])
  })

  test('is an error where the call did not leave as it should, and has no stage that was not reached', async () => {
    const tracing = await opened()
    tracing.call({ ...RECORD, outcome: 'fallback_unread', rule: null, ms: { read: 800 } }, true)
    await tracing.stop()
    expect(receiver.spans.map(({ name, status }) => [name, status]).sort()).toEqual([
      ['call', 2],
      ['read', 0],
    ])
  })

  test.each([
    [false, 'sip15551234567@pbx'],
    [true, 'sip15*******67@pbx'],
  ])('has no number of a caller; with mask %s the Call-ID is %s', async (mask, callId) => {
    const tracing = await opened({}, mask)
    tracing.call({ ...RECORD, sipCallId: 'sip15551234567@pbx' }, false)
    await tracing.stop()
    const [call] = receiver.spans.filter(({ name }) => name === 'call')
    const { 'sip.call_id': shown, ...others } = call?.attributes ?? {}
    expect(shown).toBe(callId)
    expect(JSON.stringify(others)).not.toMatch(/1234567|7654321/)
  })
})

describe('the standard variables', () => {
  test('name the service, add attributes and headers', async () => {
    const tracing = await opened({
      ...{ OTEL_SERVICE_NAME: 'routing', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' },
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme',
    })
    tracing.call(RECORD, false)
    await tracing.stop()
    const resource = { 'service.name': 'routing', 'deployment.environment.name': 'test' }
    expect(receiver.spans[0]).toMatchObject({ resource })
    const { url, headers } = receiver.requests[0] ?? {}
    expect([url, headers?.['content-type'], headers?.['x-tenant']]).toEqual([
      ...['/v1/traces', 'application/x-protobuf', 'acme'],
    ])
  })

  test.each([
    ['localhost:4318', 'its address must begin with http:// or https://'],
    ['collector', 'Invalid URL'],
  ])('are refused where the endpoint is %s', async (endpoint, why) => {
    await expect(opened({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).rejects.toThrow('no traces')
    expect(said).toEqual([`Spans of calls are not sent to OTEL_EXPORTER_OTLP_ENDPOINT: ${why}.`])
  })

  test.each([
    [{ OTEL_SDK_DISABLED: 'true' }],
    [{ OTEL_TRACES_EXPORTER: 'none' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('switch traces off: %j', async (env) => {
    await expect(opened(env as Record<string, string>)).rejects.toThrow('no traces')
  })
})

describe('a receiver that', () => {
  test.each([
    ['hangs', /Request timed out/],
    ['refuses', /Bad Request/],
  ] as const)('%s is logged once for many exports, and holds up no stop', async (behaviour, why) => {
    receiver.behaviour = behaviour
    const tracing = await opened({ OTEL_EXPORTER_OTLP_TIMEOUT: '100' })
    for (let at = 0; at < 1_000; at += 1) tracing.call(RECORD, false)
    await tracing.stop()
    expect(said).toEqual([expect.stringMatching(why)])
    expect(said[0]).toMatch(/sent to http:.* are dropped; calls are not affected.*4318/)
    expect(receiver.requests.length).toBeGreaterThan(1)
  })

  test('fails again after it had worked is logged again', async () => {
    const tracing = await opened()
    const behaviours = ['refuses', 'refuses', 'accepts', 'refuses'] as const
    for (const [at, behaviour] of behaviours.entries()) {
      receiver.behaviour = behaviour
      // More spans than one export has, so that it begins at once.
      for (let call = 0; call < 90; call += 1) tracing.call(RECORD, false)
      await until(() => receiver.requests.length > at)
    }
    await tracing.stop()
    expect(said).toHaveLength(2)
  })

  test('is not there is logged with the reason', async () => {
    const tracing = await opened({
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await deadPort()}` },
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    })
    tracing.call(RECORD, false)
    await tracing.stop()
    expect(said).toEqual([expect.stringMatching(/ECONNREFUSED/)])
  })
})

/** The packages of OpenTelemetry that `doorman run` loads; `prom-client` loads its interface, `api`, in any case. */
async function loadedBy(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorman-loaded-'))
  const [coverage, file] = [join(folder, 'coverage'), join(folder, 'settings.env')]
  try {
    const [ari, ami] = [await deadPort(), await deadPort()]
    const all = {
      ...{ DOORMAN_ARI_PASSWORD: 'hunter22', DOORMAN_AMI_SECRET: 'hunter23' },
      ...{ DOORMAN_ARI_URL: `http://127.0.0.1:${ari}`, DOORMAN_AMI_PORT: ami, ...settings },
    }
    writeFileSync(
      file,
      Object.entries(all)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    const args = ['--settings', file, 'run', '--flows', projectFolder('flows')]
    const command = new RunningCommand(args, { NODE_V8_COVERAGE: coverage })
    await command.heard('connection_down', 2)
    command.child.kill('SIGTERM')
    expect(await command.ending()).toMatchObject({ exit: 0, err: '' })
    const scripts = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'))
    const found = scripts
      .join()
      .matchAll(/"url":"[^"]*\/node_modules\/(@opentelemetry\/[\w-]+|prom-client)\//g)
    const names = new Set([...found].map(([, name = '']) => name))
    return [...names].filter((name) => name !== '@opentelemetry/api')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the libraries for traces', () => {
  test('are not loaded by doorman run', async () => {
    expect(await loadedBy({})).toEqual(['prom-client'])
  })

  test('are loaded with OTEL_EXPORTER_OTLP_ENDPOINT, also from the settings file', async () => {
    const loaded = await loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    expect(loaded).toContain('@opentelemetry/sdk-trace')
  })
})
