import { optionOf } from '../asterisk/config.js'
import { neededModules } from '../asterisk/modules.js'
import { hasFeature, parseVersion, STASIS_BROADCAST } from '../asterisk/version.js'
import { contextBefore, type Entry } from './entries.js'
import { amiServer, type Findings, httpServer, type Server } from './inspect.js'
import { blockOf } from './marked-block.js'

/** What setup found, a line each, for a terminal of 80 columns. */
export function describe(findings: Findings, entries: readonly Entry[], dialplan: string): readonly string[] {
  const { folder, isFreePbx, endpoints, configs } = findings
  const trunks = endpoints.filter(({ isTrunk }) => isTrunk)
  const usersOf = (file: 'ari.conf' | 'manager.conf', option: string) => {
    const users = configs[file].sections.filter(
      (section) => !section.isTemplate && optionOf(section, option) !== undefined,
    )
    return users.length === 0 ? 'no users' : `users: ${few(users.map(({ name }) => name))}`
  }
  const lines: readonly (readonly [name: string, says: string])[] = [
    ['HTTP server', described(httpServer(findings))],
    ['ARI', usersOf('ari.conf', 'password')],
    ['AMI', `${described(amiServer(findings))}; ${usersOf('manager.conf', 'secret')}`],
    ['FreePBX', isFreePbx ? 'yes; setup uses its *_custom.conf files' : 'no'],
    ['modules', modulesOf(findings, dialplan)],
    ['trunks', trunks.length === 0 ? `none among ${endpoints.length} PJSIP endpoints` : `${trunks.length}`],
    ...trunks
      .slice(0, MOST_TRUNKS)
      .map(({ name, context }) => ['', `${name}, context ${contextBefore(entries, context)}`] as const),
  ]
  return [
    `${nameOf(findings)}; its configuration: ${folder}`,
    ...(wasSetUp(findings) ? ['It has been set up before; this is how it is without that:'] : []),
    ...lines.map(([title, says]) => `  ${title.padEnd(12)} ${says}`),
  ]
}

const MOST_TRUNKS = 10

function wasSetUp({ targets }: Findings): boolean {
  return Object.values(targets).some(({ state }) => blockOf(state?.content ?? '') !== '')
}

function nameOf({ version, isRunning }: Findings): string {
  if (version === undefined) return 'Asterisk, whose program is not found here'
  // Without what the distribution adds: 22.10.1+dfsg+~cs6…
  return `Asterisk ${version.replace(/[+~].*/, '')}, ${isRunning ? 'running' : 'not running'}`
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

/** The one change that is left to the admin: which trunks Doorman gets. */
export function remaining(
  { endpoints, isFreePbx }: Findings,
  entries: readonly Entry[],
  isFirst: boolean,
): readonly string[] {
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
    `One ${isFreePbx ? 'thing' : 'line'} is left to you: the context of each trunk that Doorman is to route.`,
    isFirst
      ? 'Calls that no rule matches go on as before.'
      : 'Calls that no rule matches go where routing.yaml says under "otherwise".',
    ...(isFreePbx ? IN_FREEPBX : ['In pjsip.conf:']),
    '',
    ...(lines.length > 0 ? lines : [`  ${isFreePbx ? 'Context:  ' : 'context = '}${first?.name}`, '']),
    isFreePbx
      ? 'then Submit and Apply Config. Until then no call changes.'
      : "then  asterisk -rx 'module reload res_pjsip.so'.  Until then no call changes.",
  ]
}

const IN_FREEPBX = [
  'In the web interface, under Connectivity > Trunks, in the pjsip Settings of the',
  'trunk:',
]
