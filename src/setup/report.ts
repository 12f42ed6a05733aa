import { neededModules } from '../asterisk/modules.js'
import { hasFeature, parseVersion, STASIS_BROADCAST } from '../asterisk/version.js'
import { optionOf } from './asterisk-config.js'
import type { Entry } from './entries.js'
import { contextBefore } from './entries.js'
import { amiServer, type Findings, httpServer, type Server } from './inspect.js'
import type { Part, PartState } from './take-effect.js'

/** What setup found, a line each, for a terminal of 80 columns. */
export function describe(findings: Findings, entries: readonly Entry[], dialplan: string): readonly string[] {
  const { version, isRunning, folder, isFreePbx, endpoints, configs } = findings
  const trunks = endpoints.filter(({ isTrunk }) => isTrunk)
  const users = configs['ari.conf'].sections
    .filter((section) => optionOf(section, 'type') === 'user' && !section.isTemplate)
    .map(({ name }) => name)
  const lines: readonly (readonly [name: string, says: string])[] = [
    ['HTTP server', described(httpServer(findings))],
    ['ARI', users.length === 0 ? 'no users' : `users: ${few(users)}`],
    ['AMI', described(amiServer(findings))],
    ['modules', modulesOf(findings, dialplan)],
    ...trunks.map(
      ({ name, context }) =>
        ['', `${name}, its calls come in on [${contextBefore(entries, context)}]`] as const,
    ),
  ]
  const name = `${isFreePbx ? 'FreePBX, ' : ''}Asterisk${version === undefined ? '' : ` ${shortVersion(version)}`}`
  return [
    `${name}, ${isRunning ? 'running' : 'not running'}; its configuration: ${folder}`,
    ...lines.map(([title, says]) => `  ${title.padEnd(12)} ${says}`.trimEnd()),
  ]
}

/** Without what the distribution adds: `22.10.1+dfsg+~cs6…` */
function shortVersion(version: string): string {
  return version.split(/[+~]/)[0] ?? version
}

function described({ isOn, address, port }: Server): string {
  return isOn ? `on, ${address ?? 'all addresses'}:${port}` : 'off'
}

function modulesOf(findings: Findings, dialplan: string): string {
  if (findings.modules === undefined) return 'cannot be seen while Asterisk is not running'
  const missing = missingModules(findings, dialplan)
  return missing.length === 0 ? 'all that Doorman needs are running' : `not running: ${few(missing)}`
}

/** Names of the modules that Doorman needs and that do not run. */
export function missingModules({ modules, version }: Findings, dialplan: string): readonly string[] {
  if (modules === undefined) return []
  const hasBroadcast = hasFeature(parseVersion(version ?? ''), STASIS_BROADCAST)
  return [...neededModules(dialplan).keys()].filter(
    (name) => !modules.has(name) && (hasBroadcast || name !== 'app_stasis_broadcast.so'),
  )
}

function few(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

const PARTS: Readonly<Record<Part, string>> = { ari: 'ARI', ami: 'AMI', dialplan: 'dialplan' }

/** What took and what did not. */
export function describeParts(states: readonly PartState[]): readonly string[] {
  return states.map(
    ({ part, says, isRight }) => `  ${isRight ? 'OK   ' : 'FAULT'} ${PARTS[part].padEnd(9)} ${says}`,
  )
}

/** The one change that is left to the admin: which trunks Doorman gets. */
export function remaining(findings: Findings, entries: readonly Entry[]): readonly string[] {
  if (findings.isFreePbx)
    return [
      'One thing is left to you: which trunks Doorman routes. In the web interface, under',
      'Connectivity > Trunks, open a trunk, then pjsip Settings > Advanced, and set',
      '',
      `  Context:  ${entries[0]?.name}      (it is from-pstn now)`,
      '',
      'then Submit and Apply Config. Until then no call changes.',
    ]
  const trunks = findings.endpoints.filter(({ isTrunk }) => isTrunk)
  const isConnected = ({ context }: (typeof trunks)[number]) => entries.some(({ name }) => name === context)
  const open = trunks.filter((trunk) => !isConnected(trunk))
  const connected = trunks.filter(isConnected).map(({ name }) => `${name} leads to Doorman already.`)
  if (trunks.length > 0 && open.length === 0) return connected
  const lines = open.flatMap(({ name, context, where }) => {
    const entry = entries.find(({ before }) => before === context)
    return [
      `  [${name}]${where === undefined ? '' : `    ; ${where}`}`,
      `  context = ${entry?.name}    ; now ${context}`,
      '',
    ]
  })
  return [
    ...connected,
    'One line is left to you: the context of each trunk that Doorman is to route.',
    'Calls that no rule matches go on as before. In pjsip.conf:',
    '',
    ...(lines.length > 0 ? lines : [`  context = ${entries[0]?.name}`, '']),
    "then  asterisk -rx 'module reload res_pjsip.so'.  Until then no call changes.",
  ]
}
