import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { type ConfigPosition, configFolder, readConfig, sectionsNamed } from '../asterisk/config.js'
import { GO_CONTEXT } from '../asterisk/dialplan/destination.js'
import { type FileUser, OTHERS, obstacle } from '../lib/file-access.js'
import { listed } from '../lib/text.js'
import { greetTexts } from '../routing/greeting.js'
import { findSpeaker } from '../speech/speaker.js'
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

const ADD = 'Write  [general](+)  there, which adds to the first.'
const MEND = 'Correct that line, before Asterisk is restarted.'

export const SECTIONS = fileCheck('sections', async (pbxFiles) => {
  const found = ['http.conf', 'ari.conf', 'manager.conf'].flatMap((name) => {
    const config = configOf(pbxFiles, name)
    const [, ...others] = sectionsNamed(config, 'general')
    return [
      ...config.faults.map((says) => fault(`${says} Asterisk refuses ${name} at the next restart.`, MEND)),
      // What a second one does (16.28, 22.10).
      ...others.map((section) =>
        name === 'ari.conf'
          ? fault(`${at(section)}: this second [general] stops ARI at the next restart.`, ADD)
          : warning(`${at(section)}: Asterisk ignores this second [general].`, ADD),
      ),
    ]
  })
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

/**
 * Whom the program runs as that listens at a TCP port of this machine; undefined where that cannot be seen.
 * proc(5): each line of /proc/net/tcp has the local address, the state (0A: listening) and the user.
 */
export async function userListeningAt(port: number): Promise<FileUser | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  )
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const socket = tables
    .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
    .find(([, address, , state]) => address?.endsWith(local) && state === '0A')
  if (socket === undefined) return undefined
  const uid = Number(socket[7])
  const groups = await promisify(execFile)('id', ['-G', String(uid)]).catch(() => ({ stdout: '' }))
  return { uid, groups: groups.stdout.trim().split(' ').map(Number) }
}
