import { html } from 'htm/preact'
import type { ReplayGroup } from '../history/replay.js'
import { colourOf } from './charts.js'
import { Sentence } from './sentence.js'
import { Table } from './table.js'
import { TEXTS } from './texts.js'

const { change: texts } = TEXTS

/** The recorded calls that would go elsewhere: drawn, counted, and some of them with both reasons. */
export function Moves({ groups }: { groups: readonly ReplayGroup[] }) {
  const counts = groups.map(({ from, to, rule, count: calls }) => [from, to, rule, calls])
  const reasons = groups
    .flatMap((group) => group.reasons)
    .map(({ call, before, after }) => [
      html`<a href=${`#/call/${encodeURIComponent(call)}`}>${call}</a>`,
      html`<${Sentence} text=${before} />`,
      html`<${Sentence} text=${after} />`,
    ])
  return html`
    <h2>${texts.moved}</h2>
    ${groups.length === 0 ? null : html`<${Bands} groups=${groups} />`}
    <${Table} title=${texts.moved} columns=${texts.groups} rows=${counts} none=${texts.none} />
    ${
      reasons.length === 0
        ? null
        : html`<h2>${texts.reasons}</h2><${Table} title=${texts.reasons} columns=${texts.reasonColumns} rows=${reasons} none="" />`
    }
  `
}

/** Pixels: of all bands together, of one at least, so that a name fits, and between two flows. */
const [ALL, LEAST, GAP] = [120, 24, 6]
const MOST_DRAWN = 12

/** The height of a band says how many calls go from the flow on the left to the one on the right. */
function Bands({ groups }: { groups: readonly ReplayGroup[] }) {
  const drawn = groups.slice(0, MOST_DRAWN)
  const total = callsOf(drawn)
  const heightOf = (group: ReplayGroup) => Math.max(LEAST, (group.count / total) * ALL)
  /** One side's flows below each other, and where the bands of each begin. */
  const sideOf = (nameOf: (group: ReplayGroup) => string) => {
    const tops = new Map<ReplayGroup, number>()
    let y = 0
    const flows = [...Map.groupBy(drawn, nameOf)].map(([name, own]) => {
      const top = y
      for (const group of own) {
        tops.set(group, y)
        y += heightOf(group)
      }
      const style = { height: `${y - top}px`, marginBottom: `${GAP}px` }
      y += GAP
      return html`<li style=${style}><bdi>${name}</bdi> <b>${callsOf(own).toLocaleString('en')}</b></li>`
    })
    return { flows, tops, height: y }
  }
  const [left, right] = [sideOf(({ from }) => from), sideOf(({ to }) => to)]
  const height = Math.max(left.height, right.height)
  return html`
    <div class="bands" aria-hidden="true">
      <ul class="from">${left.flows}</ul>
      <svg viewBox=${`0 0 100 ${height}`} height=${height} preserveAspectRatio="none">
        ${drawn.map((group, at) => {
          const [a = 0, b = 0, thick] = [left.tops.get(group), right.tops.get(group), heightOf(group)]
          const path = `M0,${a} C50,${a} 50,${b} 100,${b} v${thick} C50,${b + thick} 50,${a + thick} 0,${a + thick} Z`
          return html`<path style=${colourOf(at)} d=${path} />`
        })}
      </svg>
      <ul>${right.flows}</ul>
    </div>
  `
}

function callsOf(groups: readonly ReplayGroup[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0)
}
