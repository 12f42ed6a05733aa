/** The console: signing in, the header, and the page that the address names (`#/live`, `#/call/…`). */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { type ComponentType, render } from 'preact'
import { useEffect } from 'preact/hooks'
import { findUser, signOut, user } from './api.js'
import { connect, disconnect, isConnected, status } from './live.js'
import { AuditPage } from './pages/audit.js'
import { CallPage } from './pages/call.js'
import { ChangePage } from './pages/change.js'
import { FleetPage } from './pages/fleet.js'
import { HoursPage } from './pages/hours.js'
import { ListsPage } from './pages/lists.js'
import { LivePage } from './pages/live.js'
import { RevisionsPage } from './pages/revisions.js'
import { SignInPage } from './pages/sign-in.js'
import { WhatIfPage } from './pages/what-if.js'
import { State } from './state.js'
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
  return html`<${PAGES[page] ?? LivePage} key=${address.value} named=${decodeURIComponent(argument)} />`
}

function Header() {
  const [, current = ''] = address.value.split('/')
  const pages = Object.entries(TEXTS.pages).filter(([page]) => page !== 'fleet' || status.value?.isInFleet)
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

void findUser()
render(html`<${App} />`, document.body)
