import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { NumberedCall } from '../../history/recorded-calls.js'
import type { Reason } from '../../routing/types.js'
import { request } from '../api.js'
import { instant, milliseconds } from '../format.js'
import { Table } from '../table.js'
import { TEXTS } from '../texts.js'
import { kindOf } from './live.js'

const { call: texts } = TEXTS

type Visit = NumberedCall & { readonly sentence: string }

interface Answer {
  readonly visits: readonly Visit[]
  /** Of the last visit, as it stands in examples.yaml; null for one that was recorded with masked numbers. */
  readonly example: string | null
  readonly previous: { readonly revision: string; readonly flow: string; readonly sentence: string } | null
}

export function CallPage({ named }: { named: string }) {
  const [answer, setAnswer] = useState<Answer>()
  const [error, setError] = useState('')
  useEffect(() => {
    const path = `/api/calls/${encodeURIComponent(named)}`
    void request<Answer>(path).then(setAnswer, ({ message }: Error) => setError(message))
  }, [named])
  if (error !== '') return html`<h1>${texts.heading}</h1><p class="error" role="alert">${error}</p>`
  if (answer === undefined) return html`<h1>${texts.heading}</h1><p class="empty">${texts.loading}</p>`
  const { visits, previous, example } = answer
  return html`
    <h1>${texts.heading}</h1>
    ${visits.map(
      (visit, at) => html`
        <article>
          ${visits.length > 1 ? html`<h2>${texts.visit} ${at + 1} ${texts.of} ${visits.length}</h2>` : null}
          <${Visited} visit=${visit} ...${at === visits.length - 1 ? { previous, example } : { previous: null, example: null }} />
        </article>
      `,
    )}
  `
}

type VisitedProps = Pick<Answer, 'previous' | 'example'> & { readonly visit: Visit }

function Visited({ visit, previous, example }: VisitedProps) {
  const { faults, provenance, state, outside } = visit
  return html`
    <p class="answer"><bdi>${visit.sentence}</bdi></p>
    <dl class="facts">
      <dt>${texts.labels.outcome}</dt><dd><span class=${`outcome ${kindOf(visit.outcome)}`}>${visit.outcome}</span></dd>
      <dt>${texts.times}</dt><dd>${instant(visit.at)}<${TimeBar} ms=${visit.ms} /></dd>
      <dt>${texts.labels.channel}</dt><dd><code>${visit.call}</code></dd>
      <dt>${texts.labels.sip}</dt><dd><code>${visit.sipCallId}</code></dd>
      <dt>${texts.labels.revision}</dt><dd><code>${visit.revision}</code></dd>
      ${
        previous &&
        html`<dt>${texts.previous}</dt>
          <dd>${previous.flow === visit.flow ? `${texts.same} (${previous.flow})` : html`<bdi>${previous.sentence}</bdi>`}</dd>`
      }
    </dl>
    <p class="actions">
      <a class="button" href=${`#/what-if/${encodeURIComponent(visit.call)}`}>${texts.whatIf}</a>
      ${example === null ? null : html`<${CopyExample} example=${example} />`}
    </p>
    ${faults.length === 0 ? null : html`<h2>${texts.faults}</h2><ul>${faults.map((fault) => html`<li>${fault}</li>`)}</ul>`}
    <h2>${texts.rules}</h2>
    <${Rules} reasons=${visit.reasons} omitted=${visit.reasonsOmitted} />
    <h2>${texts.facts}</h2>
    <${Facts} provenance=${provenance} />
    ${state === undefined ? null : html`<h2>${texts.state}</h2><pre>${JSON.stringify(state, null, 2)}</pre>`}
    ${outside === undefined ? null : html`<h2>${texts.outside}</h2><pre>${JSON.stringify(outside, null, 2)}</pre>`}
  `
}

/** In the order in which they were tried; the condition that settled each, with its value. */
export function Rules({ reasons, omitted = 0 }: { reasons: readonly Reason[]; omitted?: number }) {
  const tried = reasons.filter(({ rule }) => !rule.startsWith('(') || rule === '(function)')
  return html`
    ${omitted > 0 ? html`<p class="hint">${omitted} ${texts.omitted}</p>` : null}
    <ol class="rules">
      ${tried.map(
        ({ rule, matched, condition, why, trusted }) => html`
          <li class=${matched ? 'matched' : ''}>
            <span class="mark" aria-hidden="true">${matched ? '✓' : '✗'}</span>
            <strong>${rule}</strong> <code>${condition}</code>
            <span class=${trusted ? '' : 'untrusted'}><bdi>${why}</bdi></span>
          </li>
        `,
      )}
    </ol>
  `
}

export function Facts({ provenance }: { provenance: Visit['provenance'] }) {
  const rows = provenance.map(({ fact, value, from, trusted, why }) => [
    html`<strong>${fact}</strong>`,
    html`<bdi>${value ?? '–'}</bdi>`,
    from,
    html`<span class=${trusted ? '' : 'untrusted'}>${trusted ? texts.yes : texts.no}</span>`,
    html`<bdi>${why}</bdi>`,
  ])
  return html`<${Table} title=${texts.facts} columns=${texts.factColumns} rows=${rows} none="" />`
}

const STAGES = ['read', 'look_up', 'decide', 'write', 'continue', 'leave'] as const

/** One bar whose parts are as long as the stages took. */
function TimeBar({ ms }: { ms: Visit['ms'] }) {
  const stages = STAGES.flatMap((stage) => (ms[stage] === undefined ? [] : [[stage, ms[stage]] as const]))
  const total = stages.reduce((sum, [, time]) => sum + time, 0)
  const label = stages.map(([stage, time]) => `${stage} ${milliseconds(time)}`).join(', ')
  let x = 0
  return html`
    <svg class="time-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${stages.map(([stage, time], at) => {
        const width = total === 0 ? 0 : (time / total) * 100
        x += width
        return html`<rect class=${`series-${at + 1}`} x=${x - width} y="0" width=${width} height="6"><title>${stage}</title></rect>`
      })}
    </svg>
    <span class="hint">${label}</span>
  `
}

function CopyExample({ example }: { example: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(example)
    setCopied(true)
  }
  return html`<button onClick=${copy}>${isCopied ? texts.copied : texts.asExample}</button>`
}
