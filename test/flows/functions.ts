/** Code flows for the tests of what runs them, and the call that they are run for. */
import { afterEach } from '@jest/globals'
import { transformSync } from 'esbuild'
import type { ConversationInput } from '../../src/conversation/conversation.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import type { FunctionResult } from '../../src/flows/functions/function-thread.js'
import type { FlowFunction } from '../../src/flows/revision.js'

const runners: FunctionRunner[] = []
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()))
})

/** Deadlines are long where they are not the matter: a busy machine must not make these tests fail. */
export function runner(options: ConstructorParameters<typeof FunctionRunner>[0] = {}): FunctionRunner {
  const made = new FunctionRunner({ deadlineMs: 5_000, maxWorkers: 1, ...options })
  runners.push(made)
  return made
}

export function flow(source: string, file = 'triage.ts'): FlowFunction {
  const { code, map } = transformSync(source, {
    format: 'cjs',
    loader: 'ts',
    sourcefile: file,
    sourcemap: 'external',
    minify: true,
  })
  return { file, code, map }
}

export const body = (statements: string, file?: string) =>
  flow(`export default async function triage(conv: any) {\n  ${statements}\n}\n`, file)
export const sound = (name = 'vip_support_flow') => body(`conv.gotoFlow('${name}')`, 'sound.ts')
/** Holds its thread for good, as `for (;;);` does, but takes no processor time from the tests beside it. */
export const LOOP = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'

export const input: ConversationInput = {
  callId: '1700000000.1',
  headers: [['From', '"Ann" <sip:+15551234567@example.org>']],
  trustedHeaders: ['x-vip'],
  callerNumber: '+15551234567',
  calleeNumber: '+15557654321',
  callerTrusted: true,
  callerName: 'Ann',
  caller: { tier: 'gold' },
  trunk: 'carrier-a',
  vip: false,
  branch: undefined,
  state: { city: 'Albany' },
  now: new Date('2030-01-01T12:00:00Z'),
  hours: new Map([['office', true]]),
  lookups: new Map(),
  memory: {},
  flowNames: ['vip_support_flow', 'general_support_flow'],
}

export function said(result: FunctionResult): string {
  return result.kind === 'failed' ? `${result.reason}: ${result.message}` : `chose ${result.flow}`
}

export const CHOSE = 'chose vip_support_flow'

/** What comes of a call with this id, which functions look at to behave in different ways on one thread. */
export async function saidOf(
  under: FunctionRunner,
  fn: FlowFunction,
  callId = input.callId,
): Promise<string> {
  return said(await under.run(fn, { ...input, callId }))
}

/** Does something for calls with the id `bad`, and chooses a flow for all. */
export const onceBad = (statements: string, file?: string) =>
  body(`if (conv.callId === 'bad') { ${statements} }; conv.gotoFlow('vip_support_flow')`, file)
