import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { ShownOverride } from '../../call/overrides.js'
import type { HoursJson } from '../../hours/hours.js'
import { request, user } from '../api.js'
import { minute, Page, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'

const { hours: texts } = TEXTS

interface Answer {
  readonly hours: readonly HoursJson[]
  readonly overrides: readonly ShownOverride[]
}

/** An override by telephone, or one that ends, shows within this time. */
const AGAIN_MS = 5_000

export function HoursPage() {
  const { answer, problem, load } = useAnswer<Answer>('/api/hours')
  const [refusal, setRefusal] = useState('')
  useEffect(() => {
    const timer = setInterval(load, AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  const change = async (name: string, method: 'PUT' | 'DELETE', body: object) => {
    const path = `/overrides/${encodeURIComponent(name)}`
    const result = request<{ readonly error?: string }>(path, { method, body })
    const { error = '' } = await result.catch(({ message }: Error) => ({ error: message }))
    setRefusal(error)
    await load()
  }
  const { hours = [], overrides = [] } = answer ?? {}
  return html`
    <${Page} title=${texts.heading} problem=${refusal || problem} isLoading=${answer === undefined}>
      ${hours.length === 0 ? html`<p class="empty">${texts.none}</p>` : null}
      ${hours.map((one) => {
        const override = overrides.find(({ name }) => name === one.name)
        return html`<${One} key=${one.name} hours=${one} override=${override} change=${change} />`
      })}
    <//>
  `
}

interface OneProps {
  readonly hours: HoursJson
  readonly override: ShownOverride | undefined
  readonly change: (name: string, method: 'PUT' | 'DELETE', body: object) => Promise<void>
}

function One({ hours, override, change }: OneProps) {
  const { name, zone, open, why, changes, calendars, days } = hours
  const state = open === null ? texts.unknown : open ? texts.open : texts.closed
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
      <label>${texts.untilLabel} (${zone}) <input name="until" required placeholder=${texts.untilHint} /></label>
      <label>${texts.why} <input name="why" dir="auto" maxlength="200" placeholder=${texts.whyHint} /></label>
      <button class="primary">${texts.set}</button>
    </form>
  `
  const running =
    override &&
    html`
      <div class="card">
        <p>
          <strong>${texts.override}: ${override.state} ${texts.until} ${minute(override.until)}</strong><br />
          ${texts.setBy} <bdi>${override.by}</bdi>, ${minute(override.since)}${override.why === '' ? null : html`: <bdi>${override.why}</bdi>`}
        </p>
        ${mayChange ? html`<button onClick=${() => change(name, 'DELETE', {})}>${texts.end}</button>` : null}
      </div>
    `
  return html`
    <section>
      <h2>${name} <span class=${open ? 'up' : 'shut'}>${state}</span></h2>
      <p>
        ${override || why === 'open' || why === '' ? null : html`<bdi>${why}</bdi>, `}
        ${override || changes === null ? null : `${texts.until} ${minute(changes)}, `}${texts.zone} ${zone}
      </p>
      ${running ?? (mayChange ? form : html`<p class="hint">${texts.needsOperator}</p>`)}
      ${calendars.map(({ calendar, last }) => html`<p class="hint">${texts.calendar} ${calendar}${last === null ? '' : `, ${texts.lastEntry} ${last}`}</p>`)}
      <details open>
        <summary>${texts.weeks}</summary>
        <${Weeks} days=${days} />
      </details>
    </section>
  `
}

/** In the zone of the hours; the first is today, below its day of the week. No line ends within `13:00-18:00`. */
function Weeks({ days }: Pick<HoursJson, 'days'>) {
  return html`
    <ol class="days">
      ${days.map(
        ({ date, times, text }, at) => html`
          <li
            class=${times.length > 0 ? 'open' : ''}
            aria-current=${at === 0 ? 'date' : undefined}
            style=${at === 0 ? { '--weekday': noonOf(date).getUTCDay() || 7 } : undefined}
          >
            <strong>${dayText(date, { weekday: 'short' })}</strong> ${dayText(date, { month: 'short', day: 'numeric' })}<br />${text.replaceAll('-', '\u2011')}
          </li>
        `,
      )}
    </ol>
  `
}

function dayText(date: string, parts: Intl.DateTimeFormatOptions): string {
  return noonOf(date).toLocaleDateString('en', { ...parts, timeZone: 'UTC' })
}

function noonOf(date: string): Date {
  return new Date(`${date}T12:00:00Z`)
}
