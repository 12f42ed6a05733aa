import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { Change } from '../../revisions/diff.js'
import type { RevisionEntry, StoredAudit } from '../../store/queries.js'
import { request, status, user } from '../api.js'
import { ago, instant } from '../format.js'
import { Page, Table, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'

const { revisions: texts } = TEXTS

interface Answer {
  readonly active: string
  /** The newest first. */
  readonly revisions: readonly RevisionEntry[]
}

export function RevisionsPage() {
  const { answer, problem, load } = useAnswer<Answer>('/api/revisions')
  const active = status.value?.revision
  useEffect(() => void load(), [active])
  const { revisions = [] } = answer ?? {}
  const rows = revisions.map((entry) => [
    html`<strong>${entry.number}</strong> <code>${entry.id}</code>`,
    html`${instant(entry.at)} <span class="hint">${ago(entry.at)}</span>`,
    html`<bdi>${entry.by ?? '–'}</bdi>`,
    `${entry.way}${entry.rollbackOf === null ? '' : ` (${entry.rollbackOf} ${texts.again})`}`,
    html`<${Changes} number=${entry.number} />`,
    actionOf(entry, answer?.active),
  ])
  return html`
    <${Page} title=${texts.heading} problem=${problem} isLoading=${answer === undefined}>
      <${Table} title=${texts.heading} columns=${texts.columns} rows=${rows} none=${texts.none} />
    <//>
  `
}

/** What it changed from the one before it, asked for when it is opened. */
function Changes({ number }: Pick<RevisionEntry, 'number'>) {
  const [changes, setChanges] = useState<readonly string[]>([TEXTS.loading])
  const load = () =>
    request<{ changes: readonly Change[] | null }>(`/api/revisions/${number}`).then(
      ({ changes }) => {
        const found = changes?.map(({ text }) => text) ?? [texts.notStored]
        setChanges(found.length === 0 ? [texts.noChanges] : found)
      },
      ({ message }: Error) => setChanges([message]),
    )
  return html`
    <details onToggle=${load}>
      <summary>${texts.changes}<span class="sr"> ${number}</span></summary>
      <ul>${changes.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>
    </details>
  `
}

function actionOf({ number, id }: RevisionEntry, active: string | undefined) {
  if (id === active) return html`<span class="up">${texts.decides}</span>`
  if (user.value?.role !== 'admin') return ''
  return html`<a class="button" href=${`#/change/${number}`}>${texts.back} ${number} …</a>`
}

const { audit } = TEXTS

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
