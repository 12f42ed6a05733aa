import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { CallLists } from '../../history/call-lists.js'
import type { TableState } from '../../tables/tables.js'
import { request } from '../api.js'
import { count, instant } from '../format.js'
import { Table } from '../table.js'
import { TEXTS } from '../texts.js'

const { lists: texts } = TEXTS

type Answer = CallLists & { readonly tables: readonly TableState[] }

const linkTo = (call: string) => html`<a href=${`#/call/${encodeURIComponent(call)}`}>${call}</a>`
const text = (value: string) => html`<bdi>${value}</bdi>`

export function ListsPage() {
  const [lists, setLists] = useState<Answer>()
  const [problem, setProblem] = useState('')
  useEffect(() => {
    void request<Answer>('/api/lists').then(setLists, ({ message }: Error) => setProblem(message))
  }, [])
  if (problem !== '') return html`<h1>${texts.heading}</h1><p class="error" role="alert">${problem}</p>`
  if (lists === undefined) return html`<h1>${texts.heading}</h1><p class="empty">${TEXTS.call.loading}</p>`
  const { calls, claims, numbers, tables } = lists
  return html`
    <h1>${texts.heading}</h1>
    <h2>${texts.tables}</h2>
    <${Table}
      title=${texts.tables}
      columns=${texts.tableColumns}
      none=${texts.noTables}
      rows=${tables.map(({ name, rows, loadedAt, everyMs, error }) => [
        name,
        rows,
        loadedAt === null ? texts.never : instant(loadedAt),
        `${everyMs / 1_000} s`,
        text(error ?? '–'),
      ])}
    />
    <p class="hint">${texts.of} ${count(calls, 'call')}</p>
    <h2>${texts.claims}</h2>
    <${Table}
      title=${texts.claims}
      columns=${texts.claimColumns}
      none=${texts.noClaims}
      rows=${claims.map(({ trunk, what, value, count: calls, call }) => [trunk ?? texts.noTrunk, what, text(value), calls, linkTo(call)])}
    />
    <h2>${texts.numbers}</h2>
    <${Table}
      title=${texts.numbers}
      columns=${texts.numberColumns}
      none=${texts.noNumbers}
      rows=${numbers.map(({ calleeNumber, count: calls, at, call }) => [text(calleeNumber), calls, instant(at), linkTo(call)])}
    />
  `
}
