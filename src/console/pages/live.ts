import { type Signal, signal } from '@preact/signals'
import { html } from 'htm/preact'
import type { CallRow } from '../../control/live-calls.js'
import { rows } from '../api.js'
import { Charts } from '../charts.js'
import { milliseconds, Page, Sentence, time } from '../page.js'
import { TEXTS } from '../texts.js'

const { live: texts } = TEXTS

const filter = signal('')
const outcome = signal('')
/** The rows as they were when the list was stopped. */
const paused = signal<readonly CallRow[] | undefined>(undefined)
const shownRows = signal(200)

export function LivePage() {
  const all = paused.value ?? rows.value
  const matching = all.filter(matches)
  const [newest] = paused.value ?? []
  // More came than are kept where it is not among them any more.
  const since = newest === undefined ? 0 : rows.value.indexOf(newest)
  const waiting = since < 0 ? `${rows.value.length}+` : since
  const none = all.length === 0 ? texts.none : texts.noneMatch
  return html`
    <${Page} title=${texts.heading}>
      <${Charts} />
      <form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
        <label>
          ${texts.filter}
          <input
            type="search"
            placeholder=${texts.filterHint}
            ...${bound(filter)}
          />
        </label>
        <label>
          ${texts.outcome}
          <select ...${bound(outcome)}>
            <option value="">${texts.any}</option>
            <option value="unusual">${texts.unusual}</option>
            ${outcomesIn(all).map((one) => html`<option value=${one}>${one}</option>`)}
          </select>
        </label>
        <button type="button" aria-pressed=${paused.value !== undefined} onClick=${togglePause}>
          ${paused.value === undefined ? texts.pause : texts.resume}
        </button>
        <span class="hint" role="status">${waiting === 0 ? '' : `${waiting} ${texts.waiting}`}</span>
      </form>
      ${
        matching.length === 0
          ? html`<p class="empty">${none}</p>`
          : html`
              <div class="scroll" tabindex="0" role="region" aria-label=${texts.heading}>
                <table class="calls">
                  <thead><tr>${texts.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
                  <tbody>${matching.slice(0, shownRows.value).map((row) => html`<${Row} key=${`${row.call} ${row.at}`} row=${row} />`)}</tbody>
                </table>
              </div>
            `
      }
      ${
        matching.length <= shownRows.value
          ? null
          : html`<button class="quiet" onClick=${showMore}>${texts.more}</button>`
      }
    <//>
  `
}

function Row({ row }: { row: CallRow }) {
  return html`
    <tr class=${row.vip ? 'vip' : ''}>
      <td class="time">${time(row.at)}</td>
      <td class="sentence"><a href=${`#/call/${encodeURIComponent(row.call)}`}><${Sentence} text=${row.sentence} /></a></td>
      <td><${Outcome} of=${row.outcome} /></td>
      <td class="number">${milliseconds(row.ms)}</td>
    </tr>
  `
}

/** What ties a field to a signal. */
function bound(field: Signal<string>) {
  const onInput = ({ currentTarget }: InputEvent) => {
    field.value = (currentTarget as HTMLInputElement).value
  }
  return { value: field.value, onInput }
}

export function Outcome({ of }: { of: string }) {
  return html`<span class=${of === 'routed' || of === 'hung_up' ? 'outcome' : 'outcome bad'}>${of}</span>`
}

function matches(row: CallRow): boolean {
  const wanted = outcome.value
  const isWanted = wanted === '' || (wanted === 'unusual' ? row.outcome !== 'routed' : row.outcome === wanted)
  const text = `${row.sentence} ${row.callerNumber} ${row.calleeNumber} ${row.call}`.toLowerCase()
  return isWanted && text.includes(filter.value.trim().toLowerCase())
}

function outcomesIn(all: readonly CallRow[]): readonly string[] {
  return [...new Set(all.map((row) => row.outcome))].sort()
}

function showMore(): void {
  shownRows.value += 500
}

function togglePause(): void {
  paused.value = paused.value === undefined ? rows.value : undefined
}
