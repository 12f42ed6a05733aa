import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { ListedGreeting } from '../../control/running-control.js'
import type { CallLists } from '../../history/recorded-calls.js'
import { counted, formatDuration } from '../../lib/units.js'
import type { TableState } from '../../tables/tables.js'
import { request, user } from '../api.js'
import { ago, instant, Page, Table, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'

const { lists: texts } = TEXTS

type Answer = CallLists & { readonly tables: readonly TableState[] }

const linkTo = (call: string) => html`<a href=${`#/call/${encodeURIComponent(call)}`}>${call}</a>`
const text = (value: string) => html`<bdi>${value}</bdi>`

export function ListsPage() {
  const { answer, problem } = useAnswer<Answer>('/api/lists')
  const { calls = 0, claims = [], numbers = [], tables = [] } = answer ?? {}
  const mayListen = user.value?.role !== 'viewer'
  return html`
    <${Page} title=${texts.heading} problem=${problem} isLoading=${answer === undefined}>
      <h2>${texts.tables}</h2>
      <${Table}
        title=${texts.tables}
        columns=${texts.tableColumns}
        none=${texts.noTables}
        rows=${tables.map(({ name, rows, loadedAt, everyMs, error }) => [
          html`<strong>${name}</strong>`,
          rows,
          loadedAt === null
            ? texts.never
            : html`${ago(loadedAt)} <span class="hint">${instant(loadedAt)}</span>`,
          formatDuration(everyMs),
          error === null ? '–' : html`<span class="untrusted">${text(error)}</span>`,
        ])}
      />
      ${mayListen ? html`<${Search} />` : html`<p class="hint">${texts.needsOperator}</p>`}
      ${mayListen ? html`<${Greetings} />` : null}
      <h2>${texts.claims}</h2>
      <p class="hint">${texts.of} ${counted(calls, 'call')}</p>
      <${Table}
        title=${texts.claims}
        columns=${texts.claimColumns}
        none=${texts.noClaims}
        rows=${claims.map(({ trunk, what, value, count: calls, call }) => [trunk ?? texts.noTrunk, what, text(value), calls, linkTo(call)])}
      />
      <h2>${texts.numbers}</h2>
      <p class="hint">${texts.of} ${counted(calls, 'call')}</p>
      <${Table}
        title=${texts.numbers}
        columns=${texts.numberColumns}
        none=${texts.noNumbers}
        rows=${numbers.map(({ calleeNumber, count: calls, at, call }) => [text(calleeNumber), calls, instant(at), linkTo(call)])}
      />
    <//>
  `
}

interface Found {
  /** As it was read, in E.164 where it can be. */
  readonly number: string
  readonly found: readonly { readonly table: string; readonly row: Readonly<Record<string, string>> }[]
}

/** Which tables and files have a number, and what they say of it. */
function Search() {
  const [found, setFound] = useState<Found>()
  const [problem, setProblem] = useState('')
  const search = async (event: SubmitEvent) => {
    event.preventDefault()
    const number = String(new FormData(event.currentTarget as HTMLFormElement).get('number'))
    setProblem('')
    const path = `/api/numbers?number=${encodeURIComponent(number)}`
    await request<Found>(path).then(setFound, ({ message }: Error) => setProblem(message))
  }
  return html`
    <form class="filters" onSubmit=${search} role="search">
      <label>${texts.search} <input type="search" name="number" inputmode="tel" required placeholder="+15551234567" /></label>
      <button>${texts.searchButton}</button>
    </form>
    <div aria-live="polite">
      ${problem === '' ? null : html`<p class="error">${problem}</p>`}
      ${
        found &&
        html`<${Table}
          title=${`${texts.found} ${found.number}`}
          columns=${texts.foundColumns}
          none=${`${texts.notFound} ${found.number}.`}
          rows=${found.found.map(({ table, row }) => [
            html`<strong>${table}</strong>`,
            text(
              Object.entries(row)
                .map(([column, value]) => `${column}: ${value}`)
                .join(', ') || found.number,
            ),
          ])}
        />`
      }
    </div>
  `
}

function Greetings() {
  const { answer, problem } = useAnswer<{ greetings: readonly ListedGreeting[] }>('/api/greetings')
  const { greetings = [] } = answer ?? {}
  return html`
    <h2>${texts.greetings}</h2>
    ${problem === '' ? null : html`<p class="error">${problem}</p>`}
    <${Table}
      title=${texts.greetings}
      columns=${texts.greetingColumns}
      none=${texts.noGreetings}
      rows=${greetings.map(({ text: said, recording, file }) => [
        text(recording ?? said),
        file === null
          ? texts.notRendered
          : html`<audio controls preload="none" aria-label=${recording ?? said} src=${`/api/greetings/${file}`} />`,
      ])}
    />
  `
}
