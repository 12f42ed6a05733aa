import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asterisk } from './asterisk.js'

export interface View {
  readonly status: number
  readonly text: string
}

/** What the Doorman beside this Asterisk tells anybody who asks, without a token. Rejects where nobody listens. */
export async function view(asterisk: Asterisk, path: '/metrics' | '/ready' | '/live'): Promise<View> {
  const file = join(asterisk.folder, 'doorman-data/control.json')
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string }
  const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(2_000) })
  return { status: response.status, text: await response.text() }
}
