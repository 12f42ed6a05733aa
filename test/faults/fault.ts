import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Counts } from './counts.js'
import type { Fixture, FixtureOptions } from './fixture.js'

/** One thing that goes wrong while calls come. */
export interface Fault extends Pick<FixtureOptions, 'flows' | 'applications' | 'surroundings'> {
  /** Its name in the results. */
  readonly name: string
  /** What is done, for the reader of the results. */
  readonly what: string
  /** Where the version makes no difference: runs on Asterisk 22 only. */
  readonly isOn22Only?: boolean
  /** Where calls come back: the limit for all their visits together. */
  readonly longestWaitMs?: number
  /** Calls a second, where not as many as for the others. */
  readonly perSecond?: number
  /** Starts what it needs besides. */
  readonly prepare?: () => Promise<Pick<FixtureOptions, 'flows' | 'surroundings'> & { close(): unknown }>
  /** Breaks something, and mends what an admin or a supervisor would mend. Calls come all the time. */
  readonly act: (fixture: Fixture) => Promise<void>
  /** What must be true beyond the promise that no call is lost: a sentence for each thing that is not. */
  readonly judge?: Judge
}

export type Judge = (counts: Counts, fixture: Fixture) => readonly string[] | Promise<readonly string[]>

type Step = (fixture: Fixture) => unknown

/** An act: breaks something, waits, mends it where there is something to mend, and waits again. */
export function broken(breakIt: Step, ms: number, mend: Step = () => undefined, afterMs = 0): Fault['act'] {
  return async (fixture) => {
    await breakIt(fixture)
    await sleep(ms)
    await mend(fixture)
    await sleep(afterMs)
  }
}

/** The setting that loads a file of `hooks/` into Doorman's process. */
export function hook(name: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import ${pathToFileURL(`${import.meta.dirname}/hooks/${name}.js`).href}` }
}

/** For faults that no caller may notice. */
export function allRouted({ offered, routed }: Counts, { records }: Fixture): readonly string[] {
  if (offered === routed) return []
  const others = records.filter(({ outcome }) => outcome !== 'routed' && outcome !== 'routed_without_state')
  const said = others.slice(-2).map(({ outcome, faults }) => `${outcome}: ${faults.join(' ')}`)
  const what = `${offered - routed} of ${offered} calls were not routed by their rule`
  return [said.length === 0 ? `${what}, and no record says why` : `${what} (${said.join('; ')})`]
}

export function lostCalls({ lost, lost_how }: Counts): readonly string[] {
  return lost === 0 ? [] : [`${lost} calls were lost: ${JSON.stringify(lost_how)}`]
}

/** For a limit: a sentence where `value` is above it. */
export function atMost(limit: number, value: number, what: string): readonly string[] {
  return value <= limit ? [] : [`${what}: ${value}, at most ${limit} is promised`]
}
