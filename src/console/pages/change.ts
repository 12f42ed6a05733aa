/** What a change would do, the revisions that decided, and who changed what. */
import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { Preview } from '../../control/running-control.js'
import type { Problem } from '../../flows/problem.js'
import type { ReplayGroup } from '../../history/replay.js'
import { counted } from '../../lib/units.js'
import type { ReloadResult } from '../../revisions/candidate.js'
import type { Change } from '../../revisions/diff.js'
import type { RevisionEntry, StoredAudit } from '../../store/queries.js'
import { request, status, user } from '../api.js'
import { colourOf } from '../charts.js'
import { ago, instant, Page, Sentence, Table, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'

const { change: texts, revisions: listed, audit } = TEXTS

/** What a reload would do now; with the number of a revision, what the way back to it would do. */
export function ChangePage({ named: back }: { named: string }) {
  const [preview, setPreview] = useState<Preview>()
  const [said, setSaid] = useState('')
  const [problem, setProblem] = useState('')
  const look = async () => {
    setPreview(undefined)
    const path = back === '' ? '/api/preview' : `/api/preview?to=${encodeURIComponent(back)}`
    await request<Preview>(path).then(setPreview, ({ message }: Error) => setProblem(message))
  }
  const lookAgain = () => {
    setProblem('')
    setSaid('')
    return look()
  }
  useEffect(() => void lookAgain(), [back])
  const take = async () => {
    setProblem('')
    const headers = { 'if-match': `"${preview?.current}"` }
    const [path, body] = back === '' ? ['/reload', {}] : ['/rollback', { to: Number(back) }]
    try {
      const result = await request<ReloadResult>(path, { method: 'POST', body, headers })
      if (result.ok) setSaid(`${texts.done} ${result.number ?? result.revision}`)
      else setProblem(result.problems.map(({ message }) => message).join(' '))
    } catch (error) {
      setProblem((error as Error).message)
    }
    // Where somebody else was first, this shows what is there to change now.
    await look()
  }
  return html`
    <${Page} title=${back === '' ? texts.heading : `${texts.headingBack} ${back}`} problem=${problem}>
      <p class="actions"><button onClick=${lookAgain}>${texts.look}</button></p>
      <div aria-live="polite">
        ${said === '' ? null : html`<p class="said">${said}</p>`}
        ${
          preview === undefined
            ? html`<p class="empty">${problem === '' ? texts.looking : ''}</p>`
            : html`<${Candidate} preview=${preview} verb=${back === '' ? texts.reload : texts.rollBack} take=${take} />`
        }
      </div>
    <//>
  `
}

interface CandidateProps {
  readonly preview: Preview
  readonly verb: string
  readonly take: () => void
}

function Candidate({ preview, verb, take }: CandidateProps) {
  const { problems, warnings, changes, replayed, revision, current } = preview
  if (problems.length === 0 && revision === current) return html`<p class="empty">${texts.unchanged}</p>`
  const { calls = 0, changed = 0, groups = [] } = replayed ?? {}
  const moves =
    changed === 0
      ? texts.movesNone
      : `${changed.toLocaleString('en')} of ${counted(calls, 'call')} ${texts.moves}`
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
            <${Moves} groups=${groups} />
            ${
              user.value?.role === 'admin'
                ? html`<p class="actions sticky"><button class="primary" onClick=${take}>${verb}: ${moves}</button></p>`
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
          <li>
            ${file === '' ? null : html`<code>${file}:${line}:${column}</code> `}
            <bdi>${message}</bdi> <code class="hint">${code}</code>
          </li>
        `,
      )}
    </ul>
  `
}

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

interface Revisions {
  readonly active: string
  /** The newest first. */
  readonly revisions: readonly RevisionEntry[]
}

export function RevisionsPage() {
  const { answer, problem, load } = useAnswer<Revisions>('/api/revisions')
  const active = status.value?.revision
  useEffect(() => void load(), [active])
  const { revisions = [] } = answer ?? {}
  const rows = revisions.map((entry) => [
    html`<strong>${entry.number}</strong> <code>${entry.id}</code>`,
    html`${instant(entry.at)} <span class="hint">${ago(entry.at)}</span>`,
    html`<bdi>${entry.by ?? '–'}</bdi>`,
    `${entry.way}${entry.rollbackOf === null ? '' : ` (${entry.rollbackOf} ${listed.again})`}`,
    html`<${Changes} number=${entry.number} />`,
    actionOf(entry, answer?.active),
  ])
  return html`
    <${Page} title=${listed.heading} problem=${problem} isLoading=${answer === undefined}>
      <${Table} title=${listed.heading} columns=${listed.columns} rows=${rows} none=${listed.none} />
    <//>
  `
}

/** What it changed from the one before it, asked for when it is opened. */
function Changes({ number }: Pick<RevisionEntry, 'number'>) {
  const [changes, setChanges] = useState<readonly string[]>([TEXTS.loading])
  const load = () =>
    request<{ changes: readonly Change[] | null }>(`/api/revisions/${number}`).then(
      ({ changes }) => {
        const found = changes?.map(({ text }) => text) ?? [listed.notStored]
        setChanges(found.length === 0 ? [listed.noChanges] : found)
      },
      ({ message }: Error) => setChanges([message]),
    )
  return html`
    <details onToggle=${load}>
      <summary>${listed.changes}<span class="sr"> ${number}</span></summary>
      <ul>${changes.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>
    </details>
  `
}

function actionOf({ number, id }: RevisionEntry, active: string | undefined) {
  if (id === active) return html`<span class="up">${listed.decides}</span>`
  if (user.value?.role !== 'admin') return ''
  return html`<a class="button" href=${`#/change/${number}`}>${listed.back} ${number} …</a>`
}

/** Who changed what, or tried to. */
export function AuditPage() {
  const { answer, problem } = useAnswer<{ entries: readonly StoredAudit[] }>('/api/audit?limit=500')
  const rows = (answer?.entries ?? []).map(({ at, who, event, what }) => [
    instant(at),
    html`<bdi>${who}</bdi>`,
    html`<code>${event}</code>`,
    html`<bdi class="lines">${what}</bdi>`,
  ])
  return html`
    <${Page} title=${audit.heading} problem=${problem} isLoading=${answer === undefined}>
      <${Table} title=${audit.heading} columns=${audit.columns} rows=${rows} none=${audit.none} />
    <//>
  `
}
