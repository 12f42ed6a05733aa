import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { ShownOverride } from '../../call/overrides.js'
import type { HoursJson } from '../../hours/hours.js'
import { request, user } from '../api.js'
import { instant } from '../format.js'
import { TEXTS } from '../texts.js'

const { hours: texts } = TEXTS

interface Answer {
  readonly hours: readonly HoursJson[]
  readonly overrides: readonly ShownOverride[]
}

/** An override by telephone, or one that ends, shows within this time. */
const AGAIN_MS = 5_000

export function HoursPage() {
  const [answer, setAnswer] = useState<Answer>()
  const [problem, setProblem] = useState('')
  const fail = ({ message }: Error) => setProblem(message)
  const load = () => request<Answer>('/api/hours').then(setAnswer, fail)
  useEffect(() => {
    void load()
    const timer = setInterval(load, AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  const change = async (name: string, method: 'PUT' | 'DELETE', body: object) => {
    setProblem('')
    const path = `/overrides/${encodeURIComponent(name)}`
    const result = await request<{ ok: boolean; error?: string }>(path, { method, body }).catch(fail)
    if (result?.ok === false) setProblem(result.error ?? '')
    await load()
  }
  return html`
    <h1>${texts.heading}</h1>
    ${problem === '' ? null : html`<p class="error" role="alert">${problem}</p>`}
    ${answer?.hours.length === 0 ? html`<p class="empty">${texts.none}</p>` : null}
    ${(answer?.hours ?? []).map(
      (hours) => html`
        <${One}
          key=${hours.name}
          hours=${hours}
          override=${answer?.overrides.find(({ name }) => name === hours.name)}
          change=${change}
        />
      `,
    )}
  `
}

interface OneProps {
  readonly hours: HoursJson
  readonly override: ShownOverride | undefined
  readonly change: (name: string, method: 'PUT' | 'DELETE', body: object) => Promise<void>
}

function One({ hours, override, change }: OneProps) {
  const { name, zone, open, why, changes, calendars, days } = hours
  const state = open === undefined ? texts.unknown : open ? texts.open : texts.closed
  const mayChange = user.value?.role !== 'viewer'
  const set = async (event: SubmitEvent) => {
    event.preventDefault()
    await change(name, 'PUT', Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)))
  }
  const form = html`
    <form class="filters" onSubmit=${set} aria-label=${`${texts.override} ${name}`}>
      <label>
        ${texts.state}
        <select name="state"><option value="closed">${texts.closed}</option><option value="open">${texts.open}</option></select>
      </label>
      <label>${texts.untilLabel} <input name="until" required placeholder=${texts.untilHint} /></label>
      <label>${texts.why} <input name="why" /></label>
      <button>${texts.set}</button>
    </form>
  `
  const running =
    override &&
    html`
      <p class="said">
        ${texts.override}: ${override.state} ${texts.until} ${instant(override.until)}, ${texts.by} <bdi>${override.by}</bdi>
        ${override.why === '' ? null : html` (<bdi>${override.why}</bdi>)`}
      </p>
      ${mayChange ? html`<p class="actions"><button onClick=${() => change(name, 'DELETE', {})}>${texts.end}</button></p>` : null}
    `
  return html`
    <section>
      <h2>${name}</h2>
      <p>
        <span class=${open ? 'up' : 'down'}>${state}</span>${why === 'open' || why === '' ? '' : `: ${why}`}
        ${changes === null ? '' : `, ${texts.changes} ${instant(changes)}`} (${zone})
      </p>
      ${running ?? (mayChange ? form : html`<p class="hint">${texts.needsOperator}</p>`)}
      ${calendars.map(({ calendar, last }) => html`<p class="hint">${texts.calendar} ${calendar}${last === null ? '' : ` (– ${last})`}</p>`)}
      <details open>
        <summary>${texts.weeks}</summary>
        <ol class="days">
          ${days.map(
            ({ date, times, text }) => html`
              <li class=${times.length > 0 ? 'open' : ''}><strong>${weekday(date)}</strong> ${date.slice(5)}<br />${text}</li>
            `,
          )}
        </ol>
      </details>
    </section>
  `
}

function weekday(date: string): string {
  return new Date(`${date}T12:00:00Z`).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' })
}
