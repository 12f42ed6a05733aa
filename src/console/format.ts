import { age } from '../lib/units.js'
import { status } from './api.js'
import { TEXTS } from './texts.js'

/** `18:04:11` in the reader's zone. */
export function time(at: string | number): string {
  return new Date(at).toLocaleTimeString('sv')
}

/** `2026-12-24 18:04:11`, and the PBX's time where its zone is another. */
export function instant(at: string | number): string {
  const own = new Date(at).toLocaleString('sv')
  const zone = status.value?.timeZone
  const there = zone && new Date(at).toLocaleString('sv', { timeZone: zone })
  if (there === undefined || there === own) return own
  return `${own} (${there.startsWith(own.slice(0, 10)) ? there.slice(11) : there} ${TEXTS.atPbx})`
}

/** The same to the minute, and without the date where that is today: `18:04`. */
export function minute(at: string | number): string {
  const today = new Date().toLocaleDateString('sv')
  return instant(at)
    .replace(/(\d\d:\d\d):\d\d/g, '$1')
    .replace(`${today} `, '')
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString('en')} ms`
}

/** `2 h ago`, by the clock of the PBX. */
export function ago(at: string | number): string {
  const now = Date.parse(status.value?.at ?? new Date().toISOString())
  return `${age(at, now)} ${TEXTS.ago}`
}
