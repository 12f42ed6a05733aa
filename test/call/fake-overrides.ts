import { Overrides } from '../../src/call/overrides.js'
import type { StoredOverride } from '../../src/store/queries.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { hoursOf } from '../routing/support/make.js'

/** The overrides of a Doorman with the hours `office` and `shop`, and a database that can fail. */
export function fakeOverrides(stored: readonly StoredOverride[] = []) {
  const database = { stored, fails: false }
  const answer = async <T>(work: () => T): Promise<T> => {
    if (database.fails) throw new Error('the disk is full')
    return work()
  }
  const log = new KeptLog()
  /** What the lamps showed, in order: the names that were on. */
  const shown: string[] = []
  const hours = new Map(
    ['office', 'shop'].map((name) => [name, hoursOf(name, 'off', { zone: 'Europe/Berlin' })]),
  )
  const overrides = new Overrides({
    store: {
      overrides: () => answer(() => database.stored),
      saveOverrides: (all) => answer(() => void Object.assign(database, { stored: all })),
    },
    ...{ log, hours: () => hours },
    show: (states) => void shown.push([...states].flatMap(([name, isOn]) => (isOn ? [name] : [])).join()),
  })
  return { overrides, database, log, shown }
}
