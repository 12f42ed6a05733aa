import { html } from 'htm/preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { age } from '../lib/units.js'
import { request, status } from './api.js'
import { TEXTS } from './texts.js'

interface PageProps {
  readonly title: string
  /** Why Doorman's answer is not there, or what it refused. */
  readonly problem?: string
  readonly isLoading?: boolean
  readonly children?: ComponentChildren
}

/** What every page has: its title, here and in the browser's tab, and its error and loading states. */
export function Page({ title, problem = '', isLoading = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – ${TEXTS.title}`
  }, [title])
  return html`
    <h1>${title}</h1>
    ${problem === '' ? null : html`<p class="error" role="alert"><bdi>${problem}</bdi></p>`}
    ${!isLoading ? children : problem === '' ? html`<p class="empty">${TEXTS.loading}</p>` : null}
  `
}

/** What Doorman answers to a GET of `path`. `load` asks again, and never rejects. */
export function useAnswer<T>(path: string) {
  const [answer, setAnswer] = useState<T>()
  const [problem, setProblem] = useState('')
  const load = async () => {
    try {
      setAnswer(await request<T>(path))
      setProblem('')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  useEffect(() => void load(), [path])
  return { answer, problem, load }
}

interface TableProps {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** What stands there instead of a table without rows. */
  readonly none: string
}

/** A table that scrolls sideways where the page is narrow; numbers stand to the right. */
export function Table({ title, columns, rows, none }: TableProps) {
  const [first] = rows
  if (first === undefined) return html`<p class="hint">${none}</p>`
  const classes = first.map((cell) => (typeof cell === 'number' ? 'number' : ''))
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table>
        <thead><tr>${columns.map((column, at) => html`<th scope="col" class=${classes[at]}>${column}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>${cells.map((cell, at) => html`<td class=${classes[at]} data-column=${columns[at]}>${typeof cell === 'number' ? cell.toLocaleString('en') : cell}</td>`)}</tr>`,
          )}
        </tbody>
      </table>
    </div>
  `
}

/**
 * A sentence of Doorman's, which may hold a caller's text of any direction. `otherwise` and the like stand in backticks
 * in it; a value that decided can be marked.
 */
export function Sentence({ text, mark = '' }: { text: string; mark?: string | null }) {
  const at = mark ? text.indexOf(mark) : -1
  if (mark && at >= 0)
    return html`<bdi>${text.slice(0, at)}<mark><bdi>${mark}</bdi></mark>${text.slice(at + mark.length)}</bdi>`
  return html`<bdi>${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}</bdi>`
}

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
