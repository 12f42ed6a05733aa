import type { Command } from 'commander'
import { readSettings, type SettingName, type Settings } from '../settings/index.js'

/** The settings that a command can do without, by what it needs of the PBX. */
const OPTIONAL = {
  everything: [],
  ari: ['DOORMAN_AMI_SECRET'],
  files: ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'],
} as const satisfies Record<string, readonly SettingName[]>

/** The settings for a command: environment and `--settings` file, with `--flows` and `--data` over both. */
export function givenSettings(command: Command, needs: keyof typeof OPTIONAL): Settings {
  const options = command.optsWithGlobals<{ settings?: string; flows?: string; data?: string }>()
  const { flows = process.env.DOORMAN_FLOWS, data = process.env.DOORMAN_DATA } = options
  const env = { ...process.env, DOORMAN_FLOWS: flows, DOORMAN_DATA: data }
  const file = options.settings ?? process.env.DOORMAN_SETTINGS
  return readSettings({ env, file, optional: OPTIONAL[needs] })
}
