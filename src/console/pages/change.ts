import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { Preview } from '../../control/console-source.js'
import type { Problem } from '../../flows/problem.js'
import type { ReplayGroup } from '../../history/replay.js'
import type { ReloadResult } from '../../revisions/candidate.js'
import { request, user } from '../api.js'
import { count } from '../format.js'
import { status } from '../live.js'
import { Table } from '../table.js'
import { TEXTS } from '../texts.js'

const { change: texts } = TEXTS

export function ChangePage() {
  const [preview, setPreview] = useState<Preview>()
  const [seen, setSeen] = useState('')
  const [said, setSaid] = useState('')
  const [problem, setError] = useState('')
  const look = async () => {
    setPreview(undefined)
    setError('')
    setSeen(status.value?.revision ?? '')
    await request<Preview>('/api/preview').then(setPreview, ({ message }: Error) => setError(message))
  }
  useEffect(() => void look(), [])
  const reload = async () => {
    const headers = seen === '' ? {} : { 'if-match': `"${seen}"` }
    try {
      const result = await request<ReloadResult>('/reload', { method: 'POST', body: {}, headers })
      if (result.ok) setSaid(`${texts.done} ${result.number ?? result.revision}`)
      await look()
    } catch (error) {
      setError((error as Error).message)
    }
  }
  return html`
    <h1>${texts.heading}</h1>
    <p class="actions"><button onClick=${look}>${texts.look}</button></p>
    <div aria-live="polite">
      ${said === '' ? null : html`<p class="said">${said}</p>`}
      ${problem === '' ? null : html`<p class="error" role="alert">${problem}</p>`}
      ${
        preview === undefined
          ? html`<p class="empty">${problem === '' ? texts.looking : ''}</p>`
          : html`<${Candidate} preview=${preview} reload=${reload} />`
      }
    </div>
  `
}

function Candidate({ preview, reload }: { preview: Preview; reload: () => void }) {
  const { problems, warnings, changes, replayed, revision } = preview
  if (problems.length === 0 && revision === status.value?.revision)
    return html`<p class="empty">${texts.unchanged}</p>`
  const { calls = 0, changed = 0, groups = [] } = replayed ?? {}
  const moves =
    changed === 0
      ? texts.movesNone
      : `${changed.toLocaleString('en')} of ${count(calls, 'call')} ${texts.moves}`
  return html`
    <${Problems} title=${texts.problems} problems=${problems} kind="error" />
    <${Problems} title=${texts.warnings} problems=${warnings} kind="warning" />
    ${
      problems.length > 0
        ? null
        : html`
            <h2>${texts.changes}</h2>
            ${
              changes.length === 0
                ? html`<p>${texts.noChanges}</p>`
                : html`<ul>${changes.map(({ text }) => html`<li><bdi>${text}</bdi></li>`)}</ul>`
            }
            <h2>${texts.moved}</h2>
            ${groups.length === 0 ? html`<p>${texts.none}</p>` : html`<${Moves} groups=${groups} />`}
            ${
              user.value?.role === 'admin'
                ? html`<p class="actions"><button class="primary" onClick=${reload}>${texts.reload}: ${moves}</button></p>`
                : html`<p class="hint">${texts.needsAdmin}</p>`
            }
          `
    }
  `
}

function Problems({ title, problems, kind }: { title: string; problems: readonly Problem[]; kind: string }) {
  if (problems.length === 0) return null
  return html`
    <h2>${title}</h2>
    <ul class=${`problems ${kind}`}>
      ${problems.map(
        ({ file, line, column, message, code }) => html`
          <li>${file === '' ? null : html`<code>${file}:${line}:${column}</code> `}<bdi>${message}</bdi> <code>${code}</code></li>
        `,
      )}
    </ul>
  `
}

/** The height of a band says how many calls go from the flow on the left to the one on the right. */
function Moves({ groups }: { groups: readonly ReplayGroup[] }) {
  const rows = groups.map(({ from, to, rule, count: calls, examples }) => [
    ...[from, to, rule, calls],
    examples.map((call) => html`<a href=${`#/call/${encodeURIComponent(call)}`}>${call}</a> `),
  ])
  return html`
    <${Bands} groups=${groups} />
    <${Table} title=${texts.moved} columns=${texts.groups} rows=${rows} none="" />
  `
}

/** Of all bands together, and so that a single one is no wall. */
const heightOf = (groups: readonly ReplayGroup[]) => Math.min(140, 36 * groups.length)
const WIDTH = 640
const GAP = 8

function Bands({ groups }: { groups: readonly ReplayGroup[] }) {
  const total = groups.reduce((sum, { count: calls }) => sum + calls, 0)
  const from = sideOf(groups, total, (group) => group.from)
  const to = sideOf(groups, total, (group) => group.to)
  const all = heightOf(groups)
  return html`
    <svg class="bands" viewBox=${`0 0 ${WIDTH} ${all + GAP * groups.length}`} aria-hidden="true">
      ${groups.map((group, at) => {
        const [a, b, height] = [from.take(group), to.take(group), (group.count / total) * all]
        const [x1, x2, middle] = [150, WIDTH - 150, WIDTH / 2]
        const path = `M${x1},${a} C${middle},${a} ${middle},${b} ${x2},${b} V${b + height} C${middle},${b + height} ${middle},${a + height} ${x1},${a + height} Z`
        return html`<path class=${`series-${(at % 6) + 1}`} d=${path} />`
      })}
      ${from.names.map(([name, y]) => html`<text x="142" y=${y + 12} text-anchor="end">${name}</text>`)}
      ${to.names.map(([name, y]) => html`<text x=${WIDTH - 142} y=${y + 12}>${name}</text>`)}
    </svg>
  `
}

/** Places one side's flows below each other, each as high as its calls. */
function sideOf(groups: readonly ReplayGroup[], total: number, nameOf: (group: ReplayGroup) => string) {
  const free = new Map<string, number>()
  let y = 0
  for (const [name, all] of Map.groupBy(groups, nameOf)) {
    free.set(name, y)
    y += (all.reduce((sum, { count: calls }) => sum + calls, 0) / total) * heightOf(groups) + GAP
  }
  const names = [...free]
  const take = (group: ReplayGroup): number => {
    const at = free.get(nameOf(group)) ?? 0
    free.set(nameOf(group), at + (group.count / total) * heightOf(groups))
    return at
  }
  return { names, take }
}
