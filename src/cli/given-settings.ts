import type { Command } from 'commander'
import { readSettings, type SettingName, type Settings } from '../settings.js'

const SECRETS: readonly SettingName[] = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET']

/** The settings for a command: environment and `--settings` file, with `--flows` over both. */
export function givenSettings(command: Command, needs: 'pbx' | 'files'): Settings {
  const options = command.optsWithGlobals<{ settings?: string; flows?: string }>()
  const env = options.flows === undefined ? process.env : { ...process.env, DOORMAN_FLOWS: options.flows }
  const file = options.settings ?? process.env.DOORMAN_SETTINGS
  return readSettings({ env, file, optional: needs === 'pbx' ? [] : SECRETS })
}
