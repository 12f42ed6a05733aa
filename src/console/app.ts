/** The console: signing in, the header, and the page that the address names (`#/live`, `#/call/…`). */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { type ComponentType, render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PartHealth } from '../control/running-control.js'
import { connect, disconnect, findUser, isConnected, signIn, signOut, status, user } from './api.js'
import { minute } from './page.js'
import { CallPage } from './pages/call.js'
import { AuditPage, ChangePage, RevisionsPage } from './pages/change.js'
import { FleetPage } from './pages/fleet.js'
import { HoursPage } from './pages/hours.js'
import { ListsPage } from './pages/lists.js'
import { LivePage } from './pages/live.js'
import { WhatIfPage } from './pages/what-if.js'
import { TEXTS } from './texts.js'

const address = signal(location.hash)
addEventListener('hashchange', () => {
  address.value = location.hash
  document.querySelector('main')?.focus()
})

function App() {
  const isSignedIn = Boolean(user.value)
  useEffect(() => {
    if (!isSignedIn) return
    connect()
    return disconnect
  }, [isSignedIn])
  if (user.value === undefined) return null
  if (user.value === null) return html`<${SignInPage} />`
  return html`
    <a class="skip" href="#main" onClick=${focusMain}>${TEXTS.skip}</a>
    <${Header} />
    <main id="main" tabindex="-1"><${Page} /></main>
  `
}

function focusMain(event: Event): void {
  event.preventDefault()
  document.querySelector('main')?.focus()
}

/** By the first part of the address; the second part is what they are about. */
const PAGES: Readonly<Record<string, ComponentType<{ named: string }>>> = {
  ...{ live: LivePage, call: CallPage, 'what-if': WhatIfPage, change: ChangePage },
  ...{ hours: HoursPage, lists: ListsPage, revisions: RevisionsPage, fleet: FleetPage, audit: AuditPage },
}

function Page() {
  const [, page = '', argument = ''] = address.value.split('/')
  return html`<${PAGES[page] ?? LivePage} key=${address.value} named=${decoded(argument)} />`
}

/** An address that was typed or cut may hold a `%` that begins nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function Header() {
  const [, current = ''] = address.value.split('/')
  const pages = Object.entries(TEXTS.pages).filter(([page]) => isOffered(page))
  return html`
    <header>
      <a class="brand" href="#/live">${TEXTS.title}</a>
      <nav>
        ${pages.map(
          ([page, text]) =>
            html`<a href=${`#/${page}`} aria-current=${(current || 'live') === page ? 'page' : undefined}>${text}</a>`,
        )}
      </nav>
      <button class="quiet out" onClick=${() => void signOut()}>
        ${TEXTS.signIn.out} <bdi>${user.value?.name}</bdi>
      </button>
      <${State} />
    </header>
    ${isConnected.value || status.value === undefined ? null : html`<p class="banner" role="alert">${TEXTS.state.lost}</p>`}
    ${(status.value?.ari.problems ?? []).map((problem) => html`<p class="banner" role="alert">${problem}</p>`)}
  `
}

function isOffered(page: string): boolean {
  if (page === 'fleet') return status.value?.isInFleet ?? false
  return page !== 'what-if' || user.value?.role !== 'viewer'
}

void findUser()
render(html`<${App} />`, document.body)

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

function SignInPage() {
  const [error, setError] = useState('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim()
    await signIn(token).catch(({ message }: Error) => setError(message))
  }
  return html`
    <main class="sign-in">
      <form onSubmit=${submit}>
        <h1>${TEXTS.title}</h1>
        <label for="token">${TEXTS.signIn.token}</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required aria-describedby="hint" />
        <p id="hint" class="hint">${TEXTS.signIn.hint}</p>
        ${error === '' ? null : html`<p class="error" role="alert">${error}</p>`}
        <button class="primary">${TEXTS.signIn.button}</button>
      </form>
    </main>
  `
}
