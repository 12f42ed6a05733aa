import { join } from 'node:path'
import { isTrue, optionOf } from '../asterisk/config.js'
import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import { userNamed } from '../asterisk/user.js'
import { ROUTING_FILE } from '../flows/compile.js'
import type { Ownership } from '../lib/replace-file.js'
import { type Entry, entryLines } from './entries.js'
import { type Change, contentOf, type FileState, stateOf, withBlock } from './files.js'
import {
  ASTERISK_FILES,
  type AsteriskFile,
  amiServer,
  type Findings,
  general,
  httpServer,
  includesDialplan,
  OWN_FILES,
  SELF,
  SERVICE,
  type Server,
} from './inspect.js'
import { ariFile, managerFile, type Places, settingsFor, usersFor, withSettings } from './own-files.js'

/** How a changed file is brought back. */
export type ChangeKind =
  /** A file of the admin's with a marked block; where it has changed since, the block is removed. */
  | 'block'
  /** A file that is written anew from other files whenever it is needed; it is removed in any case. */
  | 'generated'
  /** Any other file; where it has changed since, it stays. */
  | 'file'

export interface SetupChange extends Change {
  readonly kind: ChangeKind
  readonly after: FileState
}

export interface Folder extends Ownership {
  readonly path: string
}

export interface Plan {
  /** Folders that are needed, the outer ones first; those that are there stay as they are. */
  readonly folders: readonly Folder[]
  /** In an order in which Asterisk can be restarted after each. */
  readonly changes: readonly SetupChange[]
}

export interface PlanInput {
  readonly findings: Findings
  readonly places: Places
  readonly entries: readonly Entry[]
  /** The first routing.yaml; undefined where there is one. */
  readonly startingFlows: string | undefined
  readonly dialplan: GeneratedDialplan
}

/** All that is to be written. */
export function planSetup(input: PlanInput): Plan {
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
  const isLocal = address !== undefined && /^(127\.|::1$|localhost$)/.test(address)
  return [
    '; It was off. Only this machine can reach it now.',
    generalHead(findings, file),
    'enabled = yes',
    ...(isLocal ? [] : ['bindaddr = 127.0.0.1']),
  ]
}
