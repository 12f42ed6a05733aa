import { html } from 'htm/preact'
import type { StoredAudit } from '../../store/audit.js'
import { instant } from '../format.js'
import { Page, useAnswer } from '../page.js'
import { Table } from '../table.js'
import { TEXTS } from '../texts.js'

const { audit: texts } = TEXTS

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
    <${Page} title=${texts.heading} problem=${problem} isLoading=${answer === undefined}>
      <${Table} title=${texts.heading} columns=${texts.columns} rows=${rows} none=${texts.none} />
    <//>
  `
}
