import { status } from './live.js'

/** `18:04:11` in the reader's zone. */
export function time(at: string | number): string {
  return new Date(at).toLocaleTimeString('sv')
}

/** `2026-12-24 18:04:11`, and the PBX's time where its zone is another. */
export function instant(at: string | number): string {
  const own = new Date(at).toLocaleString('sv')
  const zone = status.value?.timeZone
  const there = zone && new Date(at).toLocaleString('sv', { timeZone: zone })
  return there === undefined || there === own ? own : `${own} (${there} at the PBX)`
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString('en')} ms`
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
