import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ConfigOption, isTrue, optionOf, sectionsNamed, userNamed } from '../asterisk/config.js'
import { GENERATED_CONTEXTS, type GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import { dialplanFor } from '../call/passed-facts.js'
import { compile, ROUTING_FILE } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { type Ownership, SELF } from '../lib/replace-file.js'
import { inTemporaryFolder } from '../revisions/revision-files.js'
import { applicationsOf, isLoopback } from '../settings/index.js'
import { type ChangeKind, contentOf, type Plan, type SetupChange, stateOf, withBlock } from './changes.js'
import {
  ASTERISK_FILES,
  type AsteriskFile,
  amiServer,
  type Findings,
  general,
  httpServer,
  includesDialplan,
  OWN_FILES,
  SERVICE,
  type Server,
} from './inspect.js'
import {
  ariFile,
  contextBefore,
  type Entry,
  entriesFor,
  entryLines,
  existingEntries,
  type Folders,
  managerFile,
  type Places,
  placesIn,
  settingsFor,
  startingFlows,
  usersFor,
  withSettings,
} from './own-files.js'

interface PlanInput {
  readonly findings: Findings
  readonly places: Places
  readonly entries: readonly Entry[]
  /** The first routing.yaml; undefined where there is one. */
  readonly startingFlows: string | undefined
  readonly dialplan: GeneratedDialplan
}

/** All that is to be written. */
function planSetup(input: PlanInput): Plan {
  const { findings, places, startingFlows, dialplan } = input
  const users = usersFor(findings)
  const settings = withSettings(stateOf(places.settingsFile)?.content, settingsFor(findings, places, users))
  const service = userNamed(SERVICE)
  const owner = service ?? SELF
  const forService = service === undefined ? SELF : { uid: SELF.uid, gid: service.gid }
  const file = { ...forService, mode: service === undefined ? 0o600 : 0o640 }
  const folder = { ...forService, mode: service === undefined ? 0o700 : 0o750 }
  const forAsterisk = { uid: SELF.uid, gid: findings.group, mode: 0o640 }
  const inEtc = (name: string) => join(findings.folder, name)
  const routing = join(places.flows, ROUTING_FILE)
  const changes = [
    startingFlows === undefined ? [] : changeOf('file', routing, FLOWS_WHY, contentOf(startingFlows), file),
    changeOf('file', places.adminSecretFile, ADMIN_WHY, `${users.admin.secret}\n`, { ...SELF, mode: 0o600 }),
    changeOf('file', places.settingsFile, SETTINGS_WHY, settings, file),
    changeOf('file', inEtc(OWN_FILES.ari), ARI_WHY, ariFile(users.ari), forAsterisk),
    changeOf('file', inEtc(OWN_FILES.manager), AMI_WHY, managerFile(findings, users), forAsterisk),
    changeOf('generated', inEtc(OWN_FILES.dialplan), DIALPLAN_WHY, contentOf(dialplan.text), forAsterisk),
    ...ASTERISK_FILES.map((name) => {
      const { name: target, state } = findings.targets[name]
      const [why, lines] = BLOCKS[name](input)
      // Without a block, a file that is not there stays so.
      if (state === undefined && lines.length === 0) return []
      return changeOf('block', inEtc(target), why, withBlock(state?.content ?? '', lines), forAsterisk)
    }),
  ]
  return {
    folders: [
      { path: places.doorman, ...folder },
      { path: places.flows, ...folder },
      { path: places.data, uid: owner.uid, gid: owner.gid, mode: folder.mode },
      // What is written there gets the group of the folder, Asterisk's.
      { path: places.greetings, uid: owner.uid, gid: findings.group, mode: 0o2750 },
    ],
    changes: changes.flat(),
  }
}

const FOR_OTHERS = 0o007

/** A file that is there keeps its owner and mode, unless it holds secrets and others can read it. */
function changeOf(
  kind: ChangeKind,
  path: string,
  why: string,
  content: string,
  owned: Ownership,
): readonly SetupChange[] {
  const before = stateOf(path)
  const isOpen = before !== undefined && kind === 'file' && (before.mode & FOR_OTHERS) !== 0
  if (before?.content === content && !isOpen) return []
  return [{ path, kind, why, before, after: { ...owned, ...(isOpen ? {} : before), content } }]
}

const FLOWS_WHY = 'the rules to start with: every call goes on as before'
const SETTINGS_WHY = 'where the PBX is, and the passwords for it'
const ADMIN_WHY = 'for root alone: "doorman dialplan --write" and "doorman doctor" use it'
const ARI_WHY = "Doorman's user for ARI"
const AMI_WHY = "Doorman's users for AMI"
const DIALPLAN_WHY = 'the contexts doorman, doorman-go and doorman-fallback, generated'

/** The reason for the block of each file, and its lines; no lines where the file is right as it is. */
const BLOCKS: Readonly<
  Record<AsteriskFile, (input: PlanInput) => readonly [why: string, readonly string[]]>
> = {
  'http.conf': ({ findings }) => {
    const server = httpServer(findings)
    return ['ARI is served by the HTTP server', server.isOn ? [] : switchOn(findings, 'http.conf', server)]
  },
  'ari.conf': ({ findings }) => {
    const section = general(findings.configs['ari.conf'])
    // On without the option, too; the section has to be there.
    const isOn = section !== undefined && isTrue(optionOf(section, 'enabled') ?? 'yes')
    const on = isOn ? [] : [generalHead(findings, 'ari.conf'), 'enabled = yes']
    return ["pulls in Doorman's user", [...on, tryInclude(OWN_FILES.ari)]]
  },
  'manager.conf': ({ findings }) => {
    const server = amiServer(findings)
    const on = server.isOn ? [] : switchOn(findings, 'manager.conf', server)
    return ["pulls in Doorman's users", [...on, tryInclude(OWN_FILES.manager)]]
  },
  'extensions.conf': ({ findings, entries }) => {
    const include = includesDialplan(findings) ? [] : [tryInclude(OWN_FILES.dialplan)]
    return [
      'pulls in the generated contexts, and the way to them',
      [...include, ...entries.flatMap(entryLines)],
    ]
  },
}

/** With #include, Asterisk would lose the whole file if it could not read this one. */
const tryInclude = (name: string) => `#tryinclude "${name}"`

/** An addition without a plain section before it, and a second plain section, both break a file. */
function generalHead({ configs }: Findings, file: AsteriskFile): string {
  return general(configs[file]) === undefined ? '[general]' : '[general](+)'
}

/** A server that is off listens nowhere: it comes up for this machine alone, whatever address stood there unused. */
function switchOn(findings: Findings, file: AsteriskFile, { address }: Server): readonly string[] {
  const isLocal = address !== undefined && isLoopback(address)
  return [
    '; It was off. Only this machine can reach it now.',
    generalHead(findings, file),
    'enabled = yes',
    ...(isLocal ? [] : ['bindaddr = 127.0.0.1']),
  ]
}

/** What is to be done, and what it was made of. */
export type Prepared = Readonly<Awaited<ReturnType<typeof prepare>>>

/** The context `doorman`. */
const [ENTRY_CONTEXT] = GENERATED_CONTEXTS

/**
 * Plans the setup of an Asterisk. Settings and flow files that are there already stay.
 * @param folders where all goes, unless the settings name others
 * @throws SettingsError, FlowFilesError of what is there already
 */
export async function prepare(findings: Findings, folders: Folders) {
  const { settings, places } = placesIn(folders)
  const entries = entriesFor(findings)
  const starting = existsSync(join(places.flows, ROUTING_FILE)) ? undefined : startingFlows(findings, entries)
  const compiled = await (starting === undefined
    ? compile(places.flows)
    : inTemporaryFolder(new Map([[ROUTING_FILE, starting]]), compile))
  if (!compiled.ok) throw new FlowFilesError(compiled.problems)
  const { revision } = compiled
  const dialplan = dialplanFor(applicationsOf(settings), revision)
  const faults = [
    ...findings.faults,
    ...foreignContexts(findings, entries),
    ...(starting === undefined ? [] : loops(findings, entries)),
  ]
  const plan: Plan =
    faults.length > 0
      ? { folders: [], changes: [] }
      : planSetup({ findings, places, entries, dialplan, startingFlows: starting })
  return {
    ...{ plan, places, entries, revision, dialplan },
    /** Whether routing.yaml is the first one, which sends every call on as before. */
    isFirst: starting !== undefined,
    /** What must be mended first, a line each; then nothing is to be done. */
    faults,
  }
}

/** Contexts of these names that the admin has written: Asterisk would put both together. */
function foreignContexts({ configs }: Findings, entries: readonly Entry[]): string[] {
  const names = [...GENERATED_CONTEXTS, ...entries.map(({ name }) => name)]
  return names.flatMap((name) =>
    sectionsNamed(configs['extensions.conf'], name).map(
      ({ file, line }) => `${file}:${line}: the context [${name}] is Doorman's. Remove or rename it.`,
    ),
  )
}

/** Also GotoIf, GosubIf and Dial(Local/…@context). */
const JUMP = /\b(Goto|Gosub|Dial)/

/** Lines of the admin's that send calls to one of these contexts, as `file:line: [context]`. */
function linesTo({ configs }: Findings, contexts: readonly string[], from: (context: string) => boolean) {
  const sections = configs['extensions.conf'].sections.filter(({ name }) => from(name))
  const leads = ({ key, value }: ConfigOption) =>
    contexts.some((context) =>
      key === 'include' ? value === context : JUMP.test(value) && value.split(/[(),?:@/]/).includes(context),
    )
  return sections.flatMap(({ name, options }) =>
    options.filter(leads).map(({ file, line }) => `${file}:${line}: [${name}]`),
  )
}

/** Where calls go on as before, and come back from there, as the admin has sent them to Doorman by hand. */
function loops(findings: Findings, entries: readonly Entry[]): string[] {
  const contexts = new Set(entries.map(({ before }) => before))
  // The set grows while it is gone through.
  for (const context of contexts)
    for (const { options } of sectionsNamed(findings.configs['extensions.conf'], context))
      for (const { key, value } of options) if (key === 'include') contexts.add(value.split(',')[0] ?? '')
  const lines = linesTo(findings, [ENTRY_CONTEXT], (context) => contexts.has(context))
  return lines.map((line) => `${line} sends calls to Doorman already. Remove this line.`)
}

/** Why this user cannot make the changes of a plan; nothing if it can. */
export function unwritable({ folders, changes }: Plan): readonly string[] {
  const canWrite = (path: string): boolean => {
    if (!existsSync(path)) return canWrite(dirname(path))
    try {
      accessSync(path, constants.W_OK)
      return true
    } catch {
      return false
    }
  }
  const isOwn = ({ uid, gid }: typeof SELF) => SELF.uid === 0 || (uid === SELF.uid && gid === SELF.gid)
  const all = [
    ...folders.filter(({ path }) => !existsSync(path)),
    ...changes.map(({ path, after }) => ({ ...after, path })),
  ]
  const first = all.find((one) => !canWrite(dirname(one.path)) || !isOwn(one))
  return first === undefined ? [] : [`Only root can write ${first.path}. Run this command as root.`]
}

/** What leads to a context that an undo removes: calls would have nowhere to go. */
export function stillConnected(findings: Findings): readonly string[] {
  const entries = existingEntries(findings)
  const trunks = findings.endpoints
    .filter(({ context }) => entries.some((entry) => entry.name === context))
    .map(({ name, context, where = 'PJSIP' }) => {
      const before = contextBefore(entries, context)
      return `${where}: [${name}] has context = ${context}. Set it back to ${before}.`
    })
  // What the admin has included by hand stays.
  const contexts = [
    ...(includesDialplan(findings) ? [] : [ENTRY_CONTEXT]),
    ...entries.map(({ name }) => name),
  ]
  const lines = linesTo(findings, contexts, () => true)
  return [...trunks, ...lines.map((line) => `${line} sends calls to Doorman. Remove this line.`)]
}
