import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type AsteriskConfig,
  asteriskUser,
  type ConfigSection,
  isTrue,
  optionOf,
  problemsIn,
  readConfig,
  sectionsNamed,
} from '../asterisk/config.js'
import { parseVersion } from '../asterisk/version.js'
import { BlockError, configSource, type FileState, stateOf } from './changes.js'

/** Asterisk's command line, for what it can be asked and told as root before it knows Doorman's users. */
export interface Console {
  /** As `asterisk -V` says it, without the name; undefined where there is no such program. */
  version(): Promise<string | undefined>
  /** What a command printed; undefined where no Asterisk runs. */
  command(command: string): Promise<string | undefined>
}

/** Where distributions put the program; a user's PATH may lack them. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin']
const LIMIT_MS = 10_000
export const DEFAULT_FOLDER = '/etc/asterisk'

/** The console of the Asterisk whose configuration is in this folder. */
export function asteriskConsole(folder: string): Console {
  // The folder of the control socket stands in asterisk.conf.
  const config = folder === DEFAULT_FOLDER ? [] : ['-C', join(folder, 'asterisk.conf')]
  return {
    async version() {
      const text = (await run(['-V']))?.replace(/^Asterisk\s+/i, '').trim()
      return text !== undefined && parseVersion(text) !== undefined ? text : undefined
    },
    async command(command) {
      return run([...config, '-rx', command])
    },
  }
}

function run(args: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, PATH: [process.env.PATH ?? '', ...FOLDERS].join(':') }
  return new Promise((resolve) => {
    execFile('asterisk', args, { env, timeout: LIMIT_MS }, (error, out) => {
      // A command that Asterisk refuses ends with an exit code, too; one that reached none prints nothing to stdout.
      const isAnswered = error === null || (out.trim() !== '' && !/^Unable to connect/m.test(out))
      resolve(isAnswered ? out : undefined)
    })
  })
}

/** The files of Asterisk's that setup adds to. */
export const ASTERISK_FILES = ['http.conf', 'ari.conf', 'manager.conf', 'extensions.conf'] as const
export type AsteriskFile = (typeof ASTERISK_FILES)[number]

/** FreePBX writes the files themselves; these are for an admin's additions, and FreePBX's own include them. */
const CUSTOM: Readonly<Record<AsteriskFile, string>> = {
  'http.conf': 'http_custom.conf',
  'ari.conf': 'ari_additional_custom.conf',
  'manager.conf': 'manager_custom.conf',
  'extensions.conf': 'extensions_custom.conf',
}

/** Files of setup's own, beside Asterisk's. */
export const OWN_FILES = {
  ari: 'ari_doorman.conf',
  manager: 'manager_doorman.conf',
  dialplan: 'extensions_doorman.conf',
} as const

/** An Asterisk, as far as Doorman has to do with it, and as it is without what setup has added. */
export interface Findings {
  /** The folder of its configuration. */
  readonly folder: string
  /** `22.10.1`; undefined where it cannot be told. */
  readonly version: string | undefined
  readonly isRunning: boolean
  /** The number of the group as which it reads its files; that of the folder where it is not known. */
  readonly group: number
  readonly isFreePbx: boolean
  readonly configs: Readonly<Record<AsteriskFile, AsteriskConfig>>
  /** Where setup adds its lines for each of them: its name in `folder`, and the file with all that it has now. */
  readonly targets: Readonly<
    Record<AsteriskFile, { readonly name: string; readonly state: FileState | undefined }>
  >
  readonly endpoints: readonly Endpoint[]
  /** Names of the modules that run; undefined where none can be asked. */
  readonly modules: ReadonlySet<string> | undefined
  /** What must be mended first, a line each: with it, changes would have no effect or do harm. */
  readonly faults: readonly string[]
}

/** Looks at the configuration in `folder`, and at its Asterisk if it runs. Changes nothing. */
export async function inspect(folder: string, console: Console, forFreePbx: boolean): Promise<Findings> {
  const faults: string[] = []
  const source = configSource(folder, Object.values(OWN_FILES))
  const read = (name: string): AsteriskConfig =>
    orElse(faults, name, { sections: [], includes: [], faults: [] }, () => readConfig(name, source))
  const isFreePbx = forFreePbx || existsSync(join(folder, 'extensions_additional.conf'))
  const configs = byFile(read)
  const targets = byFile((file) => {
    const name = isFreePbx ? CUSTOM[file] : file
    return { name, state: orElse(faults, name, undefined, () => stateOf(join(folder, name))) }
  })
  const modules = await console.command('module show')
  const isRunning = modules !== undefined
  const inFiles = endpointsIn(read('pjsip.conf'), read('pjsip_wizard.conf'))
  return {
    ...{ folder, isRunning, isFreePbx, configs, targets },
    version: await console.version(),
    group: asteriskUser(folder)?.gid ?? statSync(folder).gid,
    endpoints: [...inFiles, ...(isRunning ? await otherEndpoints(console, inFiles) : [])],
    modules: modules === undefined ? undefined : runningModules(modules),
    faults: [
      ...new Set([...faults, ...faultsOf(configs), ...(isFreePbx ? notIncluded(folder, configs) : [])]),
    ],
  }
}

function byFile<T>(make: (file: AsteriskFile) => T): Record<AsteriskFile, T> {
  return Object.fromEntries(ASTERISK_FILES.map((file) => [file, make(file)])) as Record<AsteriskFile, T>
}

/** A file that cannot be read, or a block without an end, is a fault and no reason to look at nothing else. */
function orElse<T>(faults: string[], name: string, instead: T, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined && !(error instanceof BlockError)) throw error
    const hint = code === 'EACCES' ? ' Run this command as root.' : ''
    faults.push(`${name}: ${message}.${hint}`)
    return instead
  }
}

/** Faults that Asterisk itself mentions in its log at most, and that make it ignore the file. */
function faultsOf(configs: Findings['configs']): string[] {
  const ignored = ASTERISK_FILES.flatMap((file) =>
    problemsIn(file, configs[file])
      .filter(({ isFatal }) => isFatal)
      .map(({ says, remedy }) => `${says} ${remedy}`),
  )
  const prefix = optionOf(general(configs['http.conf']), 'prefix')
  if (prefix)
    ignored.push(`http.conf: Doorman needs ARI at /ari, and prefix = ${prefix} moves it. Remove it.`)
  return ignored
}

function notIncluded(folder: string, configs: Findings['configs']): string[] {
  return ASTERISK_FILES.filter((file) => !includes(folder, configs[file], CUSTOM[file])).map(
    (file) => `${file} does not include ${CUSTOM[file]}, as it does on FreePBX.`,
  )
}

/** Whether one includes a file of the same folder, by its name or by its path. */
function includes(folder: string, config: AsteriskConfig, file: string): boolean {
  return config.includes.some(({ name }) => resolve(folder, name) === resolve(folder, file))
}

/** Of two, the one that Asterisk reads. */
export function general(config: AsteriskConfig) {
  return sectionsNamed(config, 'general')[0]
}

/** Whether the admin has included the generated dialplan by hand. */
export function includesDialplan({ folder, configs }: Findings): boolean {
  return includes(folder, configs['extensions.conf'], OWN_FILES.dialplan)
}

export interface Server {
  readonly isOn: boolean
  /** Undefined if none is given; IPv6 without brackets. */
  readonly address: string | undefined
  readonly port: number
}

const ANY_ADDRESS = new Set(['0.0.0.0', '::'])

/** Asterisk's HTTP server; it does not listen without a bindaddr (16.28, 22.10). */
export function httpServer({ configs }: Findings): Server {
  const server = serverOf(general(configs['http.conf']), 'bindport', 8088)
  return { ...server, isOn: server.isOn && server.address !== undefined }
}

/** The manager interface; it listens on all addresses without a bindaddr. */
export function amiServer({ configs }: Findings): Server {
  return serverOf(general(configs['manager.conf']), 'port', 5038)
}

function serverOf(section: ReturnType<typeof general>, portOption: string, port: number): Server {
  return {
    isOn: isTrue(optionOf(section, 'enabled')),
    address: optionOf(section, 'bindaddr')?.replace(/[[\]]/g, '') || undefined,
    port: Number(optionOf(section, portOption) ?? port),
  }
}

/** The address at which a program on this machine reaches a server. */
export function localAddress({ isOn, address }: Server): string {
  return !isOn || address === undefined || ANY_ADDRESS.has(address) ? '127.0.0.1' : address
}

function runningModules(answer: string): ReadonlySet<string> {
  const lines = answer.split('\n').filter((line) => !line.includes('Not Running'))
  return new Set(lines.flatMap((line) => /^(\S+\.so)\s.*\sRunning\b/.exec(line)?.[1] ?? []))
}

/** The user of the package, as which Doorman runs. */
export const SERVICE = 'doorman'

/** A PJSIP endpoint. */
export interface Endpoint {
  readonly name: string
  /** Where its calls enter the dialplan. */
  readonly context: string
  /** A provider or another PBX, as far as can be told: by its address, by our login there, or by a fixed contact. */
  readonly isTrunk: boolean
  /** `pjsip.conf:12`; undefined for one that is in no file. */
  readonly where?: string
}

/** PJSIP's own default. */
export const DEFAULT_CONTEXT = 'default'

/** The endpoints of pjsip.conf and pjsip_wizard.conf, in their order. */
function endpointsIn(pjsip: AsteriskConfig, wizard: AsteriskConfig): readonly Endpoint[] {
  const has = (section: ConfigSection, key: string) => optionOf(section, key) !== undefined
  const endpoint = (section: ConfigSection, contextKey: string, isTrunk: boolean): Endpoint => ({
    ...{ name: section.name, context: optionOf(section, contextKey) ?? DEFAULT_CONTEXT, isTrunk },
    where: `${section.file}:${section.line}`,
  })
  const identified = ofType(pjsip, 'identify').map((section) => optionOf(section, 'endpoint'))
  const fixed = ofType(pjsip, 'aor').filter((aor) => has(aor, 'contact'))
  const plain = ofType(pjsip, 'endpoint').map((section) => {
    const aors = optionOf(section, 'aors')
      ?.split(',')
      .map((name) => name.trim())
    const isTrunk =
      identified.includes(section.name) ||
      has(section, 'outbound_auth') ||
      fixed.some(({ name }) => aors?.includes(name))
    return endpoint(section, 'context', isTrunk)
  })
  const wizards = ofType(wizard, 'wizard').map((section) =>
    endpoint(section, 'endpoint/context', has(section, 'remote_hosts')),
  )
  return [...plain, ...wizards]
}

function ofType({ sections }: AsteriskConfig, type: string): readonly ConfigSection[] {
  return sections.filter((section) => !section.isTemplate && optionOf(section, 'type') === type)
}

/** Each is a command of its own, so the number is limited. */
const MOST_ASKED = 50

/** Those of a database, which no file has. */
async function otherEndpoints(console: Console, known: readonly Endpoint[]): Promise<readonly Endpoint[]> {
  const list = (await console.command('pjsip show endpoints')) ?? ''
  const names = [...list.matchAll(/^ *Endpoint: +([^\s/<]+)/gm)].map(([, name = '']) => name)
  const others = names.filter((name) => !known.some((endpoint) => endpoint.name === name))
  return Array.fromAsync(others.slice(0, MOST_ASKED), async (name) => {
    const shown = (await console.command(`pjsip show endpoint ${name}`)) ?? ''
    const context = /^ *context +: (\S+)/m.exec(shown)?.[1] ?? DEFAULT_CONTEXT
    return { name, context, isTrunk: /^ *(Identify|OutAuth):/m.test(shown) }
  })
}
