/** `doorman forget` and `doorman export`: what is kept of one caller. */
import { readAddress, sendCommand } from '../control/client.js'
import { findCalls, type NumberedCall } from '../history/recorded-calls.js'
import { inWords, safeJson } from '../lib/text.js'
import { counted } from '../lib/units.js'
import {
  type ForgottenCaller,
  forgetCaller,
  type StoredCaller,
  storedCaller,
} from '../memory/caller-memory.js'
import { type Settings, storeOptions, userName } from '../settings/index.js'
import { isNational } from '../sip/phone-number.js'
import { GreetingFiles } from '../speech/greeting-files.js'
import type { RememberedCaller } from '../store/callers.js'
import { Store } from '../store/store.js'
import type { StoreError } from '../store/store-error.js'
import { type DoormanCommand, isAnsweredYes, print, printResult, Refusal } from './command.js'
import { countryOf, storeIn } from './stored.js'

interface Options {
  readonly yes?: true
  readonly json?: true
}

export function addForget(program: DoormanCommand): void {
  program
    .command('forget')
    .argument('<number>', 'number of the caller, in any way of writing')
    .description('delete what is remembered of a caller, the recorded calls and the greetings')
    .option('--yes', 'do not ask')
    .takes('flows', 'data', 'json')
    .does('files', async (settings, options: Options, written: string) => {
      const { caller, memory, calls } = await kept(settings, written)
      const found = describe(memory !== undefined, calls.length)
      if (found === '') {
        const nothing = { number: caller.number, memory: false, calls: 0, greetings: 0, isErased: true }
        return printResult(options, nothing, `Nothing is kept of ${caller.number}.`)
      }
      if (!options.yes && !(await isAnsweredYes(`Delete ${found} of ${caller.number}?`)))
        return print('Nothing was changed.')
      const forgotten = await forget(settings, caller)
      printResult(options, forgotten, format(forgotten))
    })
}

export function addExport(program: DoormanCommand): void {
  program
    .command('export')
    .argument('<number>', 'number of the caller, in any way of writing')
    .description('print what is remembered of a caller, and the recorded calls, as JSON')
    .takes('flows', 'data')
    .does('files', async (settings, _options, written: string) => {
      const { caller, memory, calls } = await kept(settings, written)
      const all = { number: caller.number, memory: memory === undefined ? null : toJson(memory), calls }
      process.stdout.write(`${safeJson(all, 2)}\n`)
    })
}

/**
 * What is kept of a caller.
 * @throws Refusal where the text is no number, nothing is kept of a national one, or there is no database
 */
async function kept(settings: Settings, written: string) {
  const caller = await storedCaller(written, await countryOf(written, settings), settings.DOORMAN_DATA)
  if (caller === undefined) throw new Refusal('usage', `"${written}" is no number of a caller.`)
  const store = storeIn(settings)
  const calls: NumberedCall[] = []
  for (const name of caller.names)
    calls.push(...(await Array.fromAsync(findCalls(store, { caller: name, limit: Number.MAX_SAFE_INTEGER }))))
  const memory = await store.caller(caller.names)
  // To say that nothing is kept would be wrong where the same number is kept with its country code.
  if (memory === undefined && calls.length === 0 && isNational(caller.number))
    throw new Refusal('usage', `Nothing is kept of ${caller.number} ${WITHOUT_CODE}`)
  return { caller, memory, calls }
}

const WITHOUT_CODE =
  'as it stands, without a country code; with it, something may be.\n' +
  'Write it as +15551234567, or set default_country in routing.yaml, and run this again.'

function toJson({ values, calls, at, expires }: RememberedCaller) {
  const instant = (ms: number) => new Date(ms).toISOString()
  return { values, calls: calls.map(([call]) => instant(call)), at: instant(at), expires: instant(expires) }
}

/** A running Doorman does it, as it remembers callers itself; without one this command does. */
async function forget(settings: Settings, caller: StoredCaller): Promise<ForgottenCaller> {
  const address = await readAddress(settings.DOORMAN_DATA)
  if (address === undefined) return forgetWithout(settings, caller)
  const request = { number: caller.number, by: userName() }
  return sendCommand(address, '/forget', request).catch((error: Error) =>
    // One that crashed has left its address, and no lock on the database.
    forgetWithout(settings, caller).catch((cause: StoreError) => {
      throw cause.fault === 'in_use' ? error : cause
    }),
  )
}

/** @throws StoreError `in_use` where a Doorman runs */
async function forgetWithout(settings: Settings, caller: StoredCaller): Promise<ForgottenCaller> {
  const store = new Store({ ...storeOptions(settings), report: () => undefined })
  const files = new GreetingFiles(settings.DOORMAN_GREETINGS, settings.DOORMAN_GREETINGS_MB * 2 ** 20)
  const removeGreeting = (file: string) => files.remove(file)
  return forgetCaller(caller, { store, removeGreeting }).finally(() => store.close())
}

/** `the memory, 12 recorded calls and 1 greeting`; empty where there is nothing. */
function describe(memory: boolean, calls: number, greetings = 0): string {
  return inWords([
    ...(memory ? ['the memory'] : []),
    ...(calls > 0 ? [counted(calls, 'recorded call')] : []),
    ...(greetings > 0 ? [counted(greetings, 'greeting')] : []),
  ])
}

const ELSEWHERE =
  'What names the number elsewhere stays: flow files, tables, logs, and what Asterisk keeps itself.'

function format({ number, memory, calls, greetings, isErased }: ForgottenCaller): string {
  const done = `Deleted ${describe(memory, calls, greetings) || 'nothing'} of ${number}.\n${ELSEWHERE}`
  const log =
    'Another process reads the database, so that traces stay in its -wal file: run this again later.'
  return isErased ? done : `${done}\n${log}`
}
