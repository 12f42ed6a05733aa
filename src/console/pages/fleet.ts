import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { SampledCall } from '../../fleet/sampled-calls.js'
import type { FleetView } from '../../fleet/view.js'
import { status } from '../api.js'
import { ago, instant, milliseconds, Page, Sentence, Table, time, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'
import { Outcome } from './live.js'

const { fleet: texts } = TEXTS

/** How all PBXs are, which revisions they have, how far the last push has come, and some of their calls. */
export function FleetPage() {
  const { answer, problem, load } = useAnswer<FleetView & { readonly name: string }>('/fleet')
  // Every ten seconds, as often as PBXs report: without the last digit of the second.
  useEffect(() => void load(), [status.value?.at.slice(0, 18)])
  const { name = '', pbxs = [], rings = [], missing } = answer ?? {}
  const others = missing?.readAt ? `${texts.readAt} ${instant(missing.readAt)}` : texts.unread
  const away = missing ? `${texts.missing} ${instant(missing.since)}: ${missing.why}. ${others}.` : problem
  return html`
    <${Page} title=${`${texts.heading} ${name}`} problem=${away} isLoading=${answer === undefined}>
      <${Table} title=${texts.heading} columns=${texts.columns} rows=${pbxs.map(pbxCells)} none=${texts.noPbxs} />
      <h2>${texts.rings}</h2>
      <${Table} title=${texts.rings} columns=${texts.ringColumns} rows=${rings.map(ringCells)} none=${texts.noRings} />
      <h2>${texts.calls}</h2>
      <${Calls} own=${name} />
    <//>
  `
}

const KEPT_CALLS = 100

type FleetCall = SampledCall & { readonly pbx: string }

/** Some calls of all PBXs as they come, for as long as this page is open. */
function Calls({ own }: { own: string }) {
  const [calls, setCalls] = useState<readonly FleetCall[]>([])
  useEffect(() => {
    const source = new EventSource('/fleet/live')
    source.addEventListener('calls', ({ data }) => {
      const fresh = (JSON.parse(data) as FleetCall[]).reverse()
      setCalls((before) => [...fresh, ...before].slice(0, KEPT_CALLS))
    })
    return () => source.close()
  }, [])
  const rows = calls.map((call) => callCells(call, own))
  return html`<${Table} title=${texts.calls} columns=${TEXTS.live.columns} rows=${rows} none=${texts.noCalls} />`
}

/** Only this PBX has its calls; a command finds those of the others. */
function callCells({ pbx, call, at, sentence, outcome, ms }: FleetCall, own: string) {
  const says = html`<${Sentence} text=${sentence} />`
  const link = html`<a href=${`#/call/${encodeURIComponent(call)}`}>${says}</a>`
  const elsewhere = html`${says} <code class="hint">doorman fleet why ${call}</code>`
  const where = html`<strong>${pbx}</strong> ${pbx === own ? link : elsewhere}`
  return [
    time(at),
    where,
    html`<${Outcome} of=${outcome} />`,
    html`<span class="time">${milliseconds(ms)}</span>`,
  ]
}

const since = (at: number | string) => html`${ago(at)} <span class="hint">${instant(at)}</span>`
const mark = (isWell: boolean, text: string, says: string | null = '') => html`
  <span class=${isWell ? 'up' : 'down'}>${text}</span> <bdi class="hint lines">${says}</bdi>
`

function pbxCells(pbx: FleetView['pbxs'][number]) {
  const { name, ring, revision, isAway, isReady, order, drifts, calls, fallbacks, lastFallback: last } = pbx
  const isWell = isReady && !pbx.isDrained
  const health = isWell ? TEXTS.state.ok : isReady ? texts.health.drained : texts.health.notReady
  const state = order === null ? 'none' : !order.isTaken ? 'refused' : drifts ? 'drift' : 'taken'
  const says = [...(order?.problems ?? []), ...pbx.refusedOrders].join('\n')
  return [
    html`<strong>${name}</strong>`,
    ring,
    html`<code>${revision}</code> ${since(pbx.since)}`,
    isAway ? mark(false, `${texts.health.away} ${ago(pbx.at)}`) : mark(isWell, health),
    mark(state === 'none' || state === 'taken', texts.order[state], says),
    calls,
    fallbacks,
    last === null ? '–' : html`${since(last.at)} <bdi>${last.outcome}, ${last.call}</bdi>`,
  ]
}

function ringCells({ ring, at, by, state, until, problem, next, ...rest }: FleetView['rings'][number]) {
  const { gate } = texts
  const isWell = state !== 'failed' && state !== 'rolledBack'
  const how =
    state === 'asked' ? `${gate.asked} ` : state === 'watched' ? `${gate.watched} ${time(until)}, ` : ''
  const then = next.length === 0 ? '' : `, ${gate.next} ${next.join(', ')}`
  const taken = `${how}${gate.passed} ${rest.have} ${gate.of} ${rest.pbxs}${then}`
  return [
    html`<strong>${ring}</strong>`,
    rest.revision === null ? texts.before : html`<code>${rest.revision}</code>`,
    html`${since(at)} ${TEXTS.hours.by} <bdi>${by}</bdi>`,
    mark(isWell, isWell ? taken : gate[state], problem),
  ]
}
