/** The console: signing in, the header, and the page that the address names (`#/live`, `#/call/…`). */
import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { render } from 'preact'
import { useEffect } from 'preact/hooks'
import { findUser, signOut, user } from './api.js'
import { connect, disconnect, isConnected, status } from './live.js'
import { CallPage } from './pages/call.js'
import { ChangePage } from './pages/change.js'
import { HoursPage } from './pages/hours.js'
import { ListsPage } from './pages/lists.js'
import { LivePage } from './pages/live.js'
import { RevisionsPage } from './pages/revisions.js'
import { SignInPage } from './pages/sign-in.js'
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

function Page() {
  const [, page = '', argument = ''] = address.value.split('/')
  const named = decodeURIComponent(argument)
  if (page === 'call') return html`<${CallPage} key=${named} named=${named} />`
  if (page === 'what-if') return html`<${WhatIfPage} key=${named} named=${named} />`
  if (page === 'change') return html`<${ChangePage} />`
  if (page === 'hours') return html`<${HoursPage} />`
  if (page === 'lists') return html`<${ListsPage} />`
  if (page === 'revisions') return html`<${RevisionsPage} />`
  return html`<${LivePage} />`
}

const PAGES = [
  ['live', TEXTS.pages.live],
  ['what-if', TEXTS.pages.whatIf],
  ['change', TEXTS.pages.change],
  ['hours', TEXTS.pages.hours],
  ['lists', TEXTS.pages.lists],
  ['revisions', TEXTS.pages.revisions],
] as const

function Header() {
  const [, current = 'live'] = address.value.split('/')
  return html`
    <header>
      <a class="brand" href="#/live">${TEXTS.title}</a>
      <nav>
        ${PAGES.map(
          ([page, text]) =>
            html`<a href=${`#/${page}`} aria-current=${(current || 'live') === page ? 'page' : undefined}>${text}</a>`,
        )}
      </nav>
      <${State} />
      <button class="quiet" onClick=${() => void signOut()}>
        ${TEXTS.signIn.out} <span class="who">${user.value?.name}</span>
      </button>
    </header>
    ${isConnected.value || status.value === undefined ? null : html`<p class="banner" role="alert">${TEXTS.state.lost}</p>`}
    ${(status.value?.ari.problems ?? []).map((problem) => html`<p class="banner" role="alert">${problem}</p>`)}
  `
}

function State() {
  const { ari, ami, revision, candidate, stopping } = status.value ?? {}
  if (ari === undefined || ami === undefined) return null
  const line = (name: string, isUp: boolean) => html`
    <span class=${isUp ? 'up' : 'down'}>${name} ${isUp ? TEXTS.state.up : TEXTS.state.down}</span>
  `
  return html`
    <div class="state" role="status">
      ${line(TEXTS.state.ari, ari.isUp)} ${line(TEXTS.state.ami, ami.isUp)}
      <span>${TEXTS.state.revision} <code>${revision}</code></span>
      ${candidate === 'none' ? null : html`<a href="#/change">${candidate === 'waits' ? TEXTS.state.waits : TEXTS.state.refused}</a>`}
      ${stopping ? html`<span class="down">${TEXTS.state.stopping}</span>` : null}
    </div>
  `
}

void findUser()
render(html`<${App} />`, document.body)
