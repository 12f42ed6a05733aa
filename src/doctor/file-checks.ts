import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  type ConfigPosition,
  configFolder,
  type FileUser,
  problemsIn,
  readConfig,
  sectionsNamed,
} from '../asterisk/config.js'
import { GO_CONTEXT } from '../asterisk/dialplan/destination.js'
import { listed } from '../lib/text.js'
import { greetTexts } from '../routing/greeting.js'
import { findSpeaker } from '../speech/renderer.js'
import { type Check, check, fault, info, ok, type PbxFiles, type Result, sentence, warning } from './check.js'

/** The secret of every sample in asterisk-conf. */
export const SAMPLE_SECRET = 'CHANGE-ME'

const AS_ROOT = 'Run doctor as root on the machine of the PBX.'

/** A check of Asterisk's files. What this user may not read is good to know, and no more. */
function fileCheck(name: string, run: (files: PbxFiles) => Promise<Result | readonly Result[]>): Check {
  return check(name, ['pbxFiles'], ({ pbxFiles }) =>
    run(pbxFiles).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES') throw error
      return info(`This user may not read ${error.path ?? 'a file of it'}, so it was not checked.`, AS_ROOT)
    }),
  )
}

const configOf = ({ folder }: PbxFiles, name: string) => readConfig(name, configFolder(folder))

export const ASTERISK_FILES = check('Asterisk files', [], async ({ pbxFiles }) => {
  if (pbxFiles === undefined)
    return info('No configuration of Asterisk was found on this machine, so its files were not checked.')
  const { folder, user } = pbxFiles
  return ok(`${folder}${user === undefined ? '' : `, read by the user ${user.uid}`}.`)
})

const at = ({ file, line }: ConfigPosition) => `${file}:${line}`

const MEND = 'Correct that line, before Asterisk is restarted.'

export const SECTIONS = fileCheck('sections', async (pbxFiles) => {
  const names = ['http.conf', 'ari.conf', 'manager.conf']
  const found = names.flatMap((name) =>
    problemsIn(name, configOf(pbxFiles, name)).map(({ isFatal, says, remedy }) =>
      isFatal ? fault(says, remedy) : warning(says, remedy),
    ),
  )
  return found.length > 0 ? found : ok('http.conf, ari.conf and manager.conf have one [general] each.')
})
const INCLUDE = 'Put  #tryinclude "extensions_doorman.conf"  into extensions.conf.'

/** The file of the generated contexts, as Asterisk sees it at its next start. */
export const DIALPLAN_FILE = fileCheck('dialplan file', async (pbxFiles) => {
  const config = configOf(pbxFiles, 'extensions.conf')
  const found = config.faults.map((says) => fault(`${says} Asterisk starts without any dialplan.`, MEND))
  const [section] = sectionsNamed(config, GO_CONTEXT)
  if (section === undefined) {
    const says =
      'No file that extensions.conf includes has the generated contexts: after the next restart no call '
    return [...found, fault(`${says}reaches Doorman.`, INCLUDE)]
  }
  const file = resolve(pbxFiles.folder, section.file)
  const included = config.includes.find(
    ({ name, isTry }) => !isTry && resolve(pbxFiles.folder, name) === file,
  )
  if (included !== undefined) {
    const says = `${at(included)}: by #include, Asterisk starts without any dialplan if it cannot read ${file}.`
    found.push(warning(says, 'Write  #tryinclude  there.'))
  }
  const unreadable = pbxFiles.user && (await obstacle(file, pbxFiles.user))
  if (unreadable !== undefined) {
    const says = `Asterisk (user ${pbxFiles.user?.uid}) may not read ${unreadable}: after the next restart no call reaches Doorman.`
    found.push(fault(says, unreadable === file ? `chmod o+r ${file}` : `chmod o+x ${unreadable}`))
  }
  return found.length > 0 ? found : ok(`${file} is included, and Asterisk can read it.`)
})

/** What speaks greetings, and whether Asterisk can read the folder. */
export const GREETINGS = check('greetings', ['flows'], async ({ flows, settings, pbxFiles }) => {
  const { routing } = flows.revision
  if (greetTexts(routing).length + routing.recordings.size === 0) return ok('The flow files have none.')
  const speaker = await findSpeaker(routing.voice).catch((error: Error) => error)
  if (speaker instanceof Error)
    return fault(`Calls go on without greetings: ${sentence(speaker.message)}`, 'Then:  doorman reload')
  const folder = resolve(settings.DOORMAN_GREETINGS)
  if (!existsSync(folder))
    return fault(`${folder} does not exist: calls go on without greetings.`, 'doorman setup  makes it.')
  const unreadable = pbxFiles?.user && (await obstacle(folder, pbxFiles.user))
  if (unreadable === undefined) return ok(`${folder}, spoken by ${speaker.name}.`)
  const says = `Asterisk (user ${pbxFiles?.user?.uid}) may not read ${unreadable}: calls go on without greetings.`
  return fault(says, `chgrp asterisk ${unreadable} && chmod g+rx,g+s ${unreadable}`)
})

export const PASSWORD_FILES = check('password files', [], async ({ pbxFiles, secretFiles }) => {
  const files = [...new Set([...secretFiles, ...(pbxFiles === undefined ? [] : passwordsIn(pbxFiles))])]
  const open: string[] = []
  for (const file of files) {
    // What this user may not even look at, others may not read.
    const found = await obstacle(file, OTHERS).catch(() => file)
    if (found === undefined) open.push(file)
  }
  if (open.length === 0) return ok('Other users cannot read the passwords.')
  const says = `Every user of this machine can read the passwords in ${listed(open)}.`
  return warning(says, `chmod o-r ${open.join(' ')}`)
})

/** The files that hold passwords of ARI and AMI users. One that this user may not read is not open to all. */
function passwordsIn(pbxFiles: PbxFiles): readonly string[] {
  return ['ari.conf', 'manager.conf'].flatMap((name) => {
    try {
      const options = configOf(pbxFiles, name).sections.flatMap((section) => section.options)
      return options
        .filter(({ key, value }) => /^(password|secret)$/i.test(key) && value !== SAMPLE_SECRET)
        .map(({ file }) => resolve(pbxFiles.folder, file))
    } catch {
      return []
    }
  })
}

/** Any user who neither owns a file nor is in its group. */
const OTHERS: FileUser = { uid: -1, gid: -1, groups: [] }

const READ = 4
const ENTER = 1

/**
 * What keeps a user from reading a file: the folder on the way to it that the user may not enter, or the file itself;
 * undefined if nothing does. Access control lists are not looked at.
 *
 * @throws Error where this process itself may not look at it.
 */
async function obstacle(file: string, user: FileUser): Promise<string | undefined> {
  const path = await realpath(file)
  for (const folder of foldersOf(path)) {
    if (!(await may(user, folder, ENTER))) return folder
  }
  return (await may(user, path, READ)) ? undefined : path
}

/** From the root on. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === path ? [] : [...foldersOf(folder), folder]
}

async function may({ uid, groups }: FileUser, path: string, bit: number): Promise<boolean> {
  if (uid === 0) return true
  const { mode, uid: owner, gid } = await stat(path)
  const shift = uid === owner ? 6 : groups.includes(gid) ? 3 : 0
  return ((mode >> shift) & bit) !== 0
}
