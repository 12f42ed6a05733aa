import { html } from 'htm/preact'
import type { PartHealth } from '../control/console-source.js'
import { minute } from './format.js'
import { status } from './live.js'
import { TEXTS } from './texts.js'

const { state: texts } = TEXTS

/** Where the console says more of each. */
const PAGE_OF = { database: '#/revisions', table: '#/lists', lookup: '#/live', calendar: '#/hours' } as const

/** The line below the header: what Doorman needs, which revision decides, and what somebody has overridden. */
export function State() {
  if (status.value === undefined) return null
  const { ari, ami, health, revision, candidate, overrides, stopping } = status.value
  const line = (name: string, isUp: boolean) => html`
    <span class=${isUp ? 'up' : 'down'}>${name} <span class=${isUp ? 'sr' : ''}>${isUp ? texts.up : texts.down}</span></span>
  `
  return html`
    <div class="state" role="status" aria-label=${texts.label}>
      ${line(texts.ari, ari.isUp)} ${line(texts.ami, ami.isUp)}
      ${[...Map.groupBy(health, ({ kind }) => kind)].map(([kind, parts]) => html`<${Parts} kind=${kind} parts=${parts} />`)}
      <span>${texts.revision} <code>${revision}</code></span>
      ${candidate === 'none' ? null : html`<a href="#/change">${candidate === 'waits' ? texts.waits : texts.refused}</a>`}
      ${overrides.map(
        ({ name, state, until }) =>
          html`<a href="#/hours">${name} ${state} ${TEXTS.hours.until} ${minute(until)}</a>`,
      )}
      ${stopping ? html`<span class="down">${texts.stopping}</span>` : null}
    </div>
  `
}

/** One word where all of a kind are well, else each that is not, and why. */
function Parts({ kind, parts }: { kind: PartHealth['kind']; parts: readonly PartHealth[] }) {
  const down = parts.filter(({ isUp }) => !isUp)
  if (down.length === 0)
    return html`<span class="up">${texts.kinds[kind]} <span class="sr">${texts.ok}</span></span>`
  return down.map(
    ({ name, why }) =>
      html`<a class="down" href=${PAGE_OF[kind]} title=${why}>${kind} ${name}<bdi>: ${why}</bdi></a>`,
  )
}
