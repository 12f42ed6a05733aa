import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { CallRecord } from '../../src/history/recorded-calls.js'
import { recordCalls } from '../history/calls.js'
import { stopGroup } from '../support/child.js'
import { launchDoorman } from '../support/doorman.js'
import { type FlowFiles, flowFolder } from '../support/flow-folder.js'

/** Of each role. */
export const TOKENS = {
  admin: 'ann-has-a-long-token',
  operator: 'olga-has-a-long-token',
  viewer: 'kim-has-a-long-token',
} as const

/** A Doorman whose PBX is not there, with recorded calls, and requests to its control server. */
export async function runningDoorman(
  files: FlowFiles,
  calls: readonly CallRecord[],
  settings: Readonly<Record<string, string>> = {},
) {
  const flows = flowFolder(files)
  // Not in the folder that is watched.
  const data = `${flows.path}-data`
  await recordCalls(data, calls)
  const start = async () => {
    const doorman = launchDoorman({
      ...{ DOORMAN_ARI_URL: 'http://127.0.0.1:1', DOORMAN_ARI_PASSWORD: 'x', DOORMAN_AMI_SECRET: 'x' },
      ...{ DOORMAN_AMI_PORT: '1', DOORMAN_FLOWS: flows.path, DOORMAN_DATA: data, DOORMAN_CONTROL_PORT: '0' },
      DOORMAN_GREETINGS: join(data, 'greetings'),
      DOORMAN_TOKENS: `ann:admin:${TOKENS.admin}, olga:operator:${TOKENS.operator}, kim:viewer:${TOKENS.viewer}`,
      ...settings,
    })
    await doorman.event('control', {}, { limitMs: 20_000 })
    const { url } = JSON.parse(readFileSync(join(data, 'control.json'), 'utf8')) as { url: string }
    return { doorman, url }
  }
  let running = await start()
  const ask = async <T>(
    path: string,
    { role = 'admin', method, body }: { role?: keyof typeof TOKENS; method?: string; body?: unknown } = {},
  ): Promise<{ readonly status: number; readonly answer: T }> => {
    const headers = { authorization: `Bearer ${TOKENS[role]}`, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(new URL(path, running.url), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      ...sent,
    })
    return { status: response.status, answer: (await response.json()) as T }
  }
  const end = () => stopGroup(running.doorman.child, 5_000)
  const restart = async () => {
    await end()
    running = await start()
  }
  const stop = async () => {
    await end()
    flows.remove()
    rmSync(data, { recursive: true, force: true })
  }
  return {
    get doorman() {
      return running.doorman
    },
    get url() {
      return running.url
    },
    ...{ flows: flows.path, data, ask, restart, stop },
  }
}
