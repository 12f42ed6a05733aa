import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { RecordedGreeting } from '../../history/decision-record.js'
import type { NumberedCall } from '../../history/recorded-calls.js'
import type { Reason } from '../../routing/types.js'
import { request, user } from '../api.js'
import { colourOf, STAGES } from '../charts.js'
import { instant, milliseconds, Page, Sentence, Table, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'
import { Outcome } from './live.js'

const { call: texts } = TEXTS

type Visit = NumberedCall & { readonly sentence: string }

interface Answer {
  readonly visits: readonly Visit[]
  readonly previous: { readonly revision: string; readonly flow: string; readonly sentence: string } | null
}

export function CallPage({ named }: { named: string }) {
  const { answer, problem } = useAnswer<Answer>(`/api/calls/${encodeURIComponent(named)}`)
  const { visits = [], previous = null } = answer ?? {}
  const last = visits.at(-1)
  return html`
    <${Page} title=${texts.heading} problem=${problem} isLoading=${answer === undefined}>
      ${visits.map(
        (visit, at) => html`
          <article>
            ${visits.length > 1 ? html`<h2>${texts.visit} ${at + 1} ${texts.of} ${visits.length}</h2>` : null}
            <${Visited} visit=${visit} previous=${visit === last ? previous : null} />
          </article>
        `,
      )}
    <//>
  `
}

function Visited({ visit, previous }: Pick<Answer, 'previous'> & { visit: Visit }) {
  const { faults, provenance, state } = visit
  return html`
    <p class="answer"><${Sentence} text=${visit.sentence} /></p>
    <div class="split">
      <div>
        ${faults.length === 0 ? null : html`<h2>${texts.faults}</h2><ul>${faults.map((fault) => html`<li>${fault}</li>`)}</ul>`}
        <${Rules} reasons=${visit.reasons} omitted=${visit.reasonsOmitted} />
        <${Facts} provenance=${provenance} />
        ${state === undefined ? null : html`<h2>${texts.state}</h2><pre>${JSON.stringify(state, null, 2)}</pre>`}
      </div>
      <div class="side">
        <p class="actions">
          ${user.value?.role === 'viewer' ? null : html`<a class="button" href=${`#/what-if/${encodeURIComponent(visit.call)}`}>${texts.whatIf}</a>`}
          ${user.value?.role === 'admin' ? html`<${KeepAsExample} call=${visit.call} />` : null}
        </p>
        <dl>
          <dt>${texts.labels.outcome}</dt><dd><${Outcome} of=${visit.outcome} /></dd>
          <dt>${texts.labels.time}</dt><dd>${instant(visit.at)}</dd>
          <dt>${texts.labels.took}</dt><dd>${milliseconds(visit.ms.total ?? 0)}<${TimeBar} ms=${visit.ms} /></dd>
          ${
            previous &&
            html`<dt>${texts.previous}</dt>
              <dd>${previous.flow === visit.flow ? `${texts.same} (${previous.flow})` : html`<${Sentence} text=${previous.sentence} />`}</dd>`
          }
          ${visit.greeting && html`<dt>${texts.greeting}</dt><dd><${Greeting} greeting=${visit.greeting} /></dd>`}
          <dt>${texts.labels.revision}</dt><dd><code>${visit.revision}</code></dd>
          <dt>${texts.labels.channel}</dt><dd><code>${visit.call}</code></dd>
          <dt>${texts.labels.sip}</dt><dd><code>${visit.sipCallId}</code></dd>
        </dl>
      </div>
    </div>
  `
}

/** In the order in which they were tried; the condition that settled each, with its value marked. */
export function Rules({ reasons, omitted = 0 }: { reasons: readonly Reason[]; omitted?: number }) {
  const tried = reasons.filter(({ rule }) => rule !== '(otherwise)')
  return html`
    <h2>${texts.rules}</h2>
    ${omitted > 0 ? html`<p class="hint">${omitted} ${texts.omitted}</p>` : null}
    ${tried.length === 0 ? html`<p class="hint">${texts.noRules}</p>` : null}
    <ol class="rules">
      ${tried.map(
        ({ rule, matched, condition, value, why, trusted }) => html`
          <li class=${matched ? 'matched' : ''} data-mark=${matched ? '✓' : trusted ? '✗' : '?'}>
            <strong><bdi>${rule}</bdi></strong> <span class="sr">${matched ? texts.matched : trusted ? texts.failed : texts.unknown}</span> <code>${condition}</code><br />
            <span class=${trusted ? '' : 'untrusted'}><${Sentence} text=${why} mark=${value} /></span>
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
  return html`
    <h2>${texts.facts}</h2>
    <${Table} title=${texts.facts} columns=${texts.factColumns} rows=${rows} none=${texts.noFacts} />
  `
}

function Greeting({ greeting }: { greeting: RecordedGreeting }) {
  const { text, recording, status, play, file } = greeting
  return html`
    <bdi>${recording ?? text}</bdi> <span class="hint">(${status}, ${play})</span>
    ${file === undefined || user.value?.role === 'viewer' ? null : html`<audio controls preload="none" aria-label=${texts.greeting} src=${`/api/greetings/${file.replace(/^.*\//, '')}`} />`}
  `
}

/** One bar whose parts are as long as the stages took. */
function TimeBar({ ms }: { ms: Visit['ms'] }) {
  const stages = STAGES.flatMap((stage) => (ms[stage] === undefined ? [] : [[stage, ms[stage]] as const]))
  const total = stages.reduce((sum, [, time]) => sum + time, 0)
  let x = 0
  return html`
    <svg class="time-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      ${stages.map(([, time], at) => {
        const width = total === 0 ? 0 : (time / total) * 100
        x += width
        return html`<rect style=${colourOf(at)} x=${x - width} y="0" width=${width} height="6" />`
      })}
    </svg>
    <ul class="legend">
      ${stages.map(([stage, time], at) => html`<li style=${colourOf(at)}>${texts.stages[stage]} ${milliseconds(time)}</li>`)}
    </ul>
  `
}

/** A reload then refuses flow files that would send this call elsewhere. */
function KeepAsExample({ call }: { call: string }) {
  const [said, setSaid] = useState('')
  const keep = async () => {
    type Kept = { readonly added: boolean; readonly example: string; readonly error?: string }
    const body = { call }
    const kept = request<Kept>('/api/examples', { method: 'POST', body })
    const { added, example, error } = await kept.catch(({ message }: Error) => ({ error: message }) as Kept)
    setSaid(error ?? (added ? texts.added : `${texts.isThere} ${example}`))
  }
  return html`
    <button onClick=${keep}>${texts.asExample}</button>
    <span class="said" role="status">${said}</span>
  `
}
