/** The command line of `doorman fleet`; what its commands do is loaded when one of them is run. */
import { Option } from 'commander'
import { DAY_MS, DURATION_FORM, formatDuration, parseDuration } from '../lib/units.js'
import { type DoormanCommand, optionParser, parseShareOption } from './command.js'
import type * as Actions from './fleet-commands.js'

/** PBXs that are away for longer do not take a revision. */
const EXPIRES_MS = 90 * DAY_MS
const HOLD_MS = 60_000
const RINGS = ['canary', '10%', 'rest'] as const

const parseTime = optionParser((text) => {
  const ms = parseDuration(text)
  if (ms === undefined) throw new RangeError(`"${text}" is no duration; write ${DURATION_FORM}.`)
  return ms
})
const timeOption = (flags: string, description: string, ms: number) =>
  new Option(flags, description).argParser(parseTime).default(ms, formatDuration(ms))
const list = (text: string) => text.split(',').map((name) => name.trim())

/** The action of this name, loaded when the command is run. */
function run(name: keyof typeof Actions) {
  return async (...given: readonly unknown[]): Promise<void> => {
    const action = (await import('./fleet-commands.js'))[name] as (...given: unknown[]) => Promise<void>
    await action(...given)
  }
}
export function addFleet(program: DoormanCommand): void {
  const fleet = program
    .command('fleet')
    .description('give several PBXs the same flow files, and close hours at all of them')
  fleet
    .command('init')
    .argument('<folder>', 'a new folder, for keys and configurations')
    .description('make the keys, and the configuration of each PBX and of the NATS hub')
    .requiredOption('--pbx <names>', 'of all PBXs, as berlin,munich,hamburg', list)
    .option('--canary <names>', 'those of them that take a revision first', list)
    .option('--hub <host>', 'name or address at which the PBXs reach the NATS hub')
    .option('--share <folder>', 'instead of NATS: a folder that all PBXs have mounted')
    .action(run('init'))
  fleet
    .command('push')
    .description('give all PBXs these flow files, ring by ring; goes back where a ring does not do well')
    .addOption(new Option('--rings <rings>', 'in this order').argParser(list).default(RINGS, RINGS.join(',')))
    .option(
      '--max-change <share>',
      'a PBX refuses if more of its recorded calls would change',
      parseShareOption,
    )
    .addOption(timeOption('--for <time>', 'how long each ring but the last is watched', HOLD_MS))
    .addOption(timeOption('--expires <time>', 'PBXs that are away for longer do not take it', EXPIRES_MS))
    .takes('flows', 'json')
    .does('files', run('push'))
  fleet
    .command('status')
    .description('say which PBX has which revision, and how it is')
    .takes('data', 'json')
    .does('files', run('status'))
  fleet
    .command('rollback')
    .description('bring all PBXs back to what they had before the last push')
    .takes('json')
    .does('files', run('rollback'))
  fleet
    .command('why')
    .argument('<call>', 'id of its channel, or SIP Call-ID')
    .description('say why a call went where it went, at whichever PBX it was')
    .takes('verbose', 'json')
    .does('files', run('why'))
  fleet
    .command('remove')
    .argument('<pbx>', 'that was taken out of service')
    .description('wait for this PBX no more, until it reports again')
    .takes('json')
    .does('files', run('remove'))
  fleet
    .command('override')
    .argument('<name>', 'of the hours')
    .argument('<state>', 'open, closed or end')
    .description('open or close hours for a time at all PBXs, or at one')
    .option('--until <time>', 'when it ends, in the zone of the hours: 18:00, 90m, "2026-12-24 18:00"')
    .option('--why <reason>', 'for explanations')
    .option('--at <pbx>', 'at this PBX alone', 'all')
    .takes('json')
    .does('files', run('override'))
}
