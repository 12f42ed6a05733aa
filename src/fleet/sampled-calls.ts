/**
 * Some calls of all PBXs as they are decided, for the console; lossy on purpose. Each PBX publishes a few once a second
 * to those that watch then, and nothing waits for that.
 */
import * as z from 'zod'
import { type Exchange, lastPart, readValue } from './exchange.js'

/** So many a second of each PBX. */
const MOST_CALLS = 3
const PUBLISH_MS = 1_000

const [text, ms] = [z.string(), z.number()]
const sampled = z.object({ at: text, call: text, outcome: text, sentence: text, ms })
const sample = z.array(sampled).max(MOST_CALLS)

export type SampledCall = z.output<typeof sampled>
export type SampledCalls = ReturnType<typeof sampleCalls>

export interface SampledCallsParts {
  readonly exchange: Pick<Exchange, 'put' | 'watch'>
  readonly name: string
  /** The calls as they leave. @returns ends it */
  listen(listener: (call: SampledCall) => void): () => void
  /** What others may see of a call. */
  masked(call: SampledCall): object
}

export function sampleCalls({ exchange, name, listen, masked }: SampledCallsParts) {
  const calls: SampledCall[] = []
  let isPublished = false
  const unlisten = listen((call) => void (calls.length < MOST_CALLS && calls.push(call)))
  const publish = async () => {
    const some = calls.splice(0).map((call) => masked(sampled.parse(call)))
    // Nothing stays in a shared folder.
    const value = some.length === 0 ? '' : JSON.stringify(some)
    if (value === '' && !isPublished) return
    isPublished = value !== ''
    await exchange.put(`live/${name}`, value).catch(() => undefined)
  }
  const timer = setInterval(() => void publish(), PUBLISH_MS)
  return {
    /** Takes what each PBX publishes, this one too. @returns ends it */
    listen(listener: (pbx: string, calls: readonly SampledCall[]) => void): () => void {
      const ended = new AbortController()
      const watching = exchange.watch(
        'live/',
        (key, value) => listener(lastPart(key), readValue(sample, value) ?? []),
        ended.signal,
      )
      watching.catch(() => undefined)
      return () => ended.abort()
    },
    async stop() {
      clearInterval(timer)
      unlisten()
      calls.length = 0
      await publish()
    },
  }
}
