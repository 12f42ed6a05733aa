import { html } from 'htm/preact'
import { useEffect } from 'preact/hooks'
import type { FleetView } from '../../fleet/view.js'
import { status } from '../api.js'
import { ago, instant } from '../format.js'
import { Page, Table, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'

const { fleet: texts } = TEXTS

/** How all PBXs are, which revisions they have, and how far the last push has come. */
export function FleetPage() {
  const { answer, problem, load } = useAnswer<FleetView & { readonly name: string }>('/fleet')
  // Every ten seconds, as often as PBXs report: without the last digit of the second.
  useEffect(() => void load(), [status.value?.at.slice(0, 18)])
  const { name = '', pbxs = [], rings = [] } = answer ?? {}
  return html`
    <${Page} title=${`${texts.heading} ${name}`} problem=${problem} isLoading=${answer === undefined}>
      <${Table} title=${texts.heading} columns=${texts.columns} rows=${pbxs.map(pbxCells)} none=${texts.noPbxs} />
      <h2>${texts.rings}</h2>
      <${Table} title=${texts.rings} columns=${texts.ringColumns} rows=${rings.map(ringCells)} none=${texts.noRings} />
    <//>
  `
}

const since = (at: number | string) => html`${ago(at)} <span class="hint">${instant(at)}</span>`
const mark = (isWell: boolean, text: string, says: string | null = '') => html`
  <span class=${isWell ? 'up' : 'down'}>${text}</span> <bdi class="hint lines">${says}</bdi>
`

function pbxCells(pbx: FleetView['pbxs'][number]) {
  const { name, ring, revision, isAway, isReady, order, drifts, calls, fallbacks, lastFallback: last } = pbx
  const health = isReady ? TEXTS.state.ok : texts.health.notReady
  const state = order === null ? 'none' : !order.isTaken ? 'refused' : drifts ? 'drift' : 'taken'
  const says = [...(order?.problems ?? []), ...pbx.refusedOrders].join('\n')
  return [
    html`<strong>${name}</strong>`,
    ring,
    html`<code>${revision}</code> ${since(pbx.since)}`,
    isAway ? mark(false, `${texts.health.away} ${ago(pbx.at)}`) : mark(isReady, health),
    mark(state === 'none' || state === 'taken', texts.order[state], says),
    calls,
    fallbacks,
    last === null ? '–' : html`${since(last.at)} <bdi>${last.outcome}, ${last.call}</bdi>`,
  ]
}

function ringCells({ ring, revision, at, by, isRollback, pbxs, have, problem }: FleetView['rings'][number]) {
  const { gate } = texts
  const isWell = !isRollback && problem === null
  const passed = `${gate.passed} ${have} ${gate.of} ${pbxs}`
  return [
    html`<strong>${ring}</strong>`,
    revision === null ? texts.before : html`<code>${revision}</code>`,
    html`${since(at)} ${TEXTS.hours.by} <bdi>${by}</bdi>`,
    mark(isWell, isWell ? passed : isRollback ? gate.rolledBack : gate.failed, problem),
  ]
}
