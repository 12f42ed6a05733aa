import { basename } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { optionOf } from '../asterisk/config.js'
import { neededModules } from '../asterisk/version.js'
import { listed } from '../lib/text.js'
import { HARMLESS_NAMES } from '../settings/index.js'
import { blockOf, type Change, textOf } from './changes.js'
import { amiServer, type Findings, httpServer, OWN_FILES, type Server } from './inspect.js'
import { contextBefore, type Entry, SETTINGS_FILE } from './own-files.js'

/** What setup found, a line each, for a terminal of 80 columns. */
export function describe(findings: Findings, entries: readonly Entry[], dialplan: string): readonly string[] {
  const { folder, isFreePbx, endpoints, configs } = findings
  const trunks = endpoints.filter(({ isTrunk }) => isTrunk)
  const usersOf = (file: 'ari.conf' | 'manager.conf', option: string) => {
    const users = configs[file].sections.filter(
      (section) => !section.isTemplate && optionOf(section, option) !== undefined,
    )
    return users.length === 0
      ? 'no users'
      : `users: ${listed(
          users.map(({ name }) => name),
          3,
        )}`
  }
  const wasSetUp = Object.values(findings.targets).some(({ state }) => blockOf(state?.content ?? '') !== '')
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
    ...(wasSetUp ? ['It has been set up before; this is how it is without that:'] : []),
    ...lines.map(([title, says]) => `  ${title.padEnd(12)} ${says}`),
  ]
}

const MOST_TRUNKS = 10

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
  return missing.length === 0 ? 'all that Doorman needs are running' : `not running: ${listed(missing, 3)}`
}

/** Names of the modules that Doorman needs and that do not run. */
export function missingModules({ modules, version }: Findings, dialplan: string): readonly string[] {
  if (modules === undefined) return []
  return [...neededModules(dialplan, version ?? '').keys()].filter((name) => !modules.has(name))
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

/** Passwords in Asterisk's files, those of others too, up to the end of their line. */
const SECRET = /^([ +-]?\s*;?\s*(?:(?:remote_)?secret|md5_cred|\w*password)\s*=>?\s*)\S.*$/gim

/** Shows no line of settings.env but comments and settings that are no secrets: a value may go on in further lines. */
function withoutValues(diff: string): string {
  const [from, to, ...lines] = diff.split('\n')
  const shown = lines.map((line) => {
    const [, start = line.slice(0, 1), name] = /^(.\s*(?:#.*?|export\s+)?(DOORMAN_\w+)\s*=)/.exec(line) ?? []
    const isShown = name === undefined ? /^(@|\\|.\s*(#|$))/.test(line) : HARMLESS_NAMES.has(name)
    return isShown ? line : `${start}(not shown)`
  })
  return [from, to, ...shown].join('\n')
}

/** The change of a file as a unified diff with its secrets hidden, below its owner, mode and reason. */
export function showChange({ path, why, before, after }: Change, isVerbose: boolean): string {
  if (after === undefined) return `${path}: removed (${why})`
  const head = `${path}${modeNote(before?.mode, after.mode)}\n  ${why}`
  if (/secret$/.test(path)) return `${head}\n  (its content is not shown)`
  if (basename(path) === OWN_FILES.dialplan && !isVerbose)
    return `${head}\n  (${after.content.split('\n').length - 1} lines; --verbose shows them)`
  const from = before === undefined ? '/dev/null' : path
  // The CR of a line end would only be noise.
  const shown = (content: string) => textOf(content).replaceAll('\r\n', '\n')
  const texts = [shown(before?.content ?? ''), shown(after.content)] as const
  const patch = createTwoFilesPatch(from, path, ...texts, undefined, undefined, { context: 2 })
  const diff = patch.slice(patch.indexOf('---')).trimEnd()
  const isSettings = basename(path) === SETTINGS_FILE
  return `${head}\n${isSettings ? withoutValues(diff) : diff.replace(SECRET, '$1(not shown)')}`
}

function modeNote(before: number | undefined, after: number): string {
  if (before === undefined) return `: new, mode ${after.toString(8)}`
  return before === after ? '' : `: mode ${after.toString(8)}, was ${before.toString(8)}`
}
