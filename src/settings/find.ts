import { closeSync, openSync } from 'node:fs'
import { userInfo } from 'node:os'

/** Where `doorman setup` and the package put the settings and flow files of the installed instance. */
export const INSTALLED_FOLDER = '/etc/doorman'
const INSTALLED = `${INSTALLED_FOLDER}/settings.env`

/**
 * The settings file: the one of `--settings`, else of `DOORMAN_SETTINGS`, else that of the installed instance; none where
 * the environment has all. `note` is what a person should know of the choice, where it was not theirs.
 */
export function findSettings(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  installed = INSTALLED,
): { readonly file: string | undefined; readonly note: string | undefined } {
  if (option !== undefined) return { file: option, note: undefined }
  const named = env.DOORMAN_SETTINGS
  if (named) return { file: named, note: `Settings: ${named} (DOORMAN_SETTINGS)` }
  try {
    closeSync(openSync(installed, 'r'))
    return { file: installed, note: `Settings: ${installed}` }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { file: undefined, note: undefined }
    const why = `${installed} cannot be read by the user ${userName()} (${code})`
    return { file: undefined, note: `Note: ${why}, so it is not used. Run the command with sudo.` }
  }
}

/** The user of this process, by name, or in a container that has no name for it by number. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
