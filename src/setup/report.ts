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
export function remaining({ endpoints, isFreePbx }: Findings, entries: readonly Entry[]): readonly string[] {
  const trunks = endpoints.filter(({ isTrunk }) => isTrunk)
  const connected = trunks.filter(({ context }) => entries.some(({ name }) => name === context))
  const open = trunks.flatMap((trunk) => {
    const entry = entries.find(({ before }) => before === trunk.context)
    return entry === undefined ? [] : [{ ...trunk, entry: entry.name }]
  })
  const already = connected.map(({ name }) => `${name} leads to Doorman already.`)
  if (open.length === 0 && connected.length > 0) return already
  const lines = open.flatMap(({ name, context, where, entry }) => [
    isFreePbx ? `  trunk ${name}` : `  [${name}]${where === undefined ? '' : `    ; ${where}`}`,
    isFreePbx ? `  Context:  ${entry}    (now ${context})` : `  context = ${entry}    ; now ${context}`,
    '',
  ])
  const [first] = entries
  return [
    ...already,
    ...(isFreePbx ? IN_FREEPBX : IN_PJSIP),
    '',
    ...(lines.length > 0 ? lines : [`  ${isFreePbx ? 'Context:  ' : 'context = '}${first?.name}`, '']),
    isFreePbx
      ? 'then Submit and Apply Config. Until then no call changes.'
      : "then  asterisk -rx 'module reload res_pjsip.so'.  Until then no call changes.",
  ]
}

const IN_PJSIP = [
  'One line is left to you: the context of each trunk that Doorman is to route.',
  'Calls that no rule matches go on as before. In pjsip.conf:',
]

const IN_FREEPBX = [
  'One thing is left to you: the context of each trunk that Doorman is to route.',
  'Calls that no rule matches go on as before. In the web interface, under',
  'Connectivity > Trunks, the trunk, pjsip Settings > Advanced:',
]
