import type { SystemName } from '../lab/systems-table.js'
import type { Results, SystemFigures } from './results.js'
import { KNEE_BESIDE_PLAIN, roundsOf, targetsOf } from './targets.js'

const TITLES: Readonly<Record<SystemName, string>> = {
  dialplan: 'dialplan',
  ari_client: 'plain ari-client',
  fastagi: 'FastAGI (ding-dong)',
  doorman: 'Doorman',
  passage: 'dialplan, once out and back',
  passage_ami: 'the same beside a manager connection',
  doorman_own: 'Doorman, each caller with a state of its own',
}

/** RESULTS.md, for people. */
export function reportOf(results: Results): string {
  return `# Side by side: the same calls, the same job, in turns

${circumstances(results)}

${systemTable(results)}

## What Doorman has to reach

${warning(results)}${targetTable(results)}

${roundSentence(results)}

${kneeSentence(results)}

## Where the time goes

${budget(results)}

## Each rate

Milliseconds from INVITE to 200; medians of the rounds, and the slowest call of all.

${rateTable(results)}

${METHOD}
`
}

/** The same in short, for the terminal. */
export function tableOf(results: Results): string {
  return [systemTable(results), warning(results) + targetTable(results), rateTable(results)].join('\n\n')
}

function warning({ disturbed }: Results): string {
  return disturbed
    ? '**Something else kept this machine busy: the caller was woken late. Measure again on a quiet one.**\n\n'
    : ''
}

function circumstances({
  date,
  versions,
  cores,
  cpu,
  rounds,
  seconds,
  seconds_at_100,
  rules,
  vips,
  records,
  knees_date,
}: Results): string {
  return [
    `Written by \`npm run bench\` on ${date.slice(0, 10)}: Asterisk ${versions.asterisk}, Node ${versions.node},`,
    `${cores} cores (${cpu}), shared by Asterisk, the controller and the caller. ${rounds} rounds of ${seconds} s at`,
    `each rate, ${seconds_at_100} s at 100 calls a second. Doorman has ${rules.toLocaleString('en')} rules and`,
    `${vips.toLocaleString('en')} VIP numbers, the peers the same VIP numbers. Of Doorman's calls ${records.calls} landed right, and ${records.routed} have a decision`,
    'record that says so.',
    ...(knees_date === undefined
      ? []
      : [`The knees are of a run of their own, on ${knees_date.slice(0, 10)}.`]),
  ].join('\n')
}

function systemTable({ systems }: Results): string {
  const head = [
    ...['system', 'p50 ms at 100/s', 'p99 ms at 100/s', 'knee, calls/s', 'Asterisk CPU ms a call'],
    ...['controller CPU ms a call', 'controller MB', 'Asterisk MB'],
  ]
  return table(
    head,
    entries(systems).map(([system, figures]) => systemRow(system, figures)),
  )
}

function systemRow(system: SystemName, figures: SystemFigures): readonly unknown[] {
  return [
    ...[TITLES[system], figures.p50_ms_at_100, figures.p99_ms_at_100, figures.knee_cps ?? '–'],
    ...[figures.asterisk_cpu_ms_per_call, figures.controller_cpu_ms_per_call],
    ...[figures.rss_mb, figures.asterisk_rss_mb],
  ]
}

/** From the dialplan to Doorman in three steps, of which the first two are Asterisk's. */
function budget({ systems, floors, steps_us }: Results): string {
  const { dialplan, doorman } = systems
  const { passage, passage_ami, doorman_own } = floors
  const stages = [
    ['the dialplan by hand', dialplan],
    ['and once out to a program that only says "go on", over the WebSocket', passage],
    ['the same, while a manager connection stands (its events off)', passage_ami],
    ['Doorman', doorman],
    ['Doorman, where every caller has a state of its own', doorman_own],
  ] as const
  const rows = stages.flatMap(([what, figures]) =>
    figures === undefined || dialplan === undefined ? [] : [budgetRow(what, figures, dialplan)],
  )
  const head = [
    'at 100 calls a second',
    'p50 ms',
    'added',
    'p99 ms',
    'added',
    'Asterisk CPU ms',
    'controller CPU ms',
  ]
  return [table(head, rows), '', BUDGET, '', stepSentence(steps_us)].join('\n')
}

function budgetRow(what: string, figures: SystemFigures, base: SystemFigures): readonly unknown[] {
  const { p50_ms_at_100, p99_ms_at_100, asterisk_cpu_ms_per_call, controller_cpu_ms_per_call } = figures
  const [p50, p99] = [p50_ms_at_100 - base.p50_ms_at_100, p99_ms_at_100 - base.p99_ms_at_100]
  return [
    ...[what, p50_ms_at_100, p50.toFixed(2), p99_ms_at_100, p99.toFixed(2)],
    ...[asterisk_cpu_ms_per_call, controller_cpu_ms_per_call],
  ]
}

const BUDGET = `The second line is the floor of any program outside of Asterisk: it reads no header, decides nothing and
leaves nothing on the channel. The third is what a manager connection costs that merely stands: Asterisk makes the text
of every event of every call, whether or not anybody wants it (manager.c, \`any_manager_listeners\`). Doorman closes its
own while many calls come and none needs it; a PBX on which some other program holds one pays that in any case. In the
last line each call brings a note of its own to the PBX; in the one above, as rules without templates do, many calls are
left the same and share one.`

function stepSentence(steps: Results['steps_us']): string {
  if (steps === null) return ''
  const { read, decide, write, continue: goesOn } = steps
  return `In Doorman, by its decision records, microseconds at the median over all rates: read ${read}, decide ${decide}, write ${write} (making
or finding the note), continue ${goesOn} (from then until Asterisk says that the call has left).`
}

function roundSentence(results: Results): string {
  const percents = (values: readonly number[]) =>
    values.map((value) => `${Math.round(value * 100)} %`).join(', ')
  const { p50, p99, cpu } = roundsOf(results)
  return `Round by round, of what plain ari-client adds and takes: p50 ${percents(p50)}; p99 ${percents(p99)}; CPU ${percents(cpu)}.`
}

/** What all of the machine can give to one call at a rate, and so what is left for whoever is outside of Asterisk. */
function kneeSentence({ systems, floors, cores }: Results): string {
  const [dialplan, plain, floor] = [systems.dialplan, systems.ari_client, floors.passage].map(
    (figures) => figures?.knee_cps ?? undefined,
  )
  if (dialplan === undefined || plain === undefined) return ''
  const wanted = Math.round(plain * KNEE_BESIDE_PLAIN)
  const ms = (perSecond: number) => ((cores * 1_000) / perSecond).toFixed(2)
  const least =
    floor === undefined
      ? ''
      : `, and a program that only says "go on" ${floor} (${ms(floor)} ms): ${(floor / plain).toFixed(2)} times plain ari-client`
  return `The knee in milliseconds of both cores for a call: ${KNEE_BESIDE_PLAIN} times that of plain ari-client would be ${wanted} calls a second,
which leaves ${ms(wanted)} ms for Asterisk, controller and caller together. By itself the dialplan holds ${dialplan}
(${ms(dialplan)} ms)${least}.`
}

function targetTable(results: Results): string {
  const verdict = (isMet: boolean | undefined) => (isMet === undefined ? '–' : isMet ? 'yes' : '**no**')
  const rows = targetsOf(results).map(({ what, wanted, reached, isMet }) => [
    what,
    wanted,
    reached,
    verdict(isMet),
  ])
  return table(['what', 'wanted', 'reached', 'met'], rows)
}

function rateTable({ systems }: Results): string {
  const head = [
    'calls/s',
    'system',
    'p50',
    'p90',
    'p99',
    'max',
    'Asterisk CPU',
    'controller CPU',
    'right of offered',
  ]
  const rows = entries(systems).flatMap(([system, { rates }]) =>
    Object.entries(rates).map(([rate, figures]) => [
      ...[rate, TITLES[system], figures.p50_ms, figures.p90_ms, figures.p99_ms, figures.max_ms],
      ...[figures.asterisk_cpu_ms_per_call, figures.controller_cpu_ms_per_call],
      `${figures.right} of ${figures.offered}`,
    ]),
  )
  return table(
    head,
    rows.sort(([a], [b]) => Number(a) - Number(b)),
  )
}

function entries(systems: Results['systems']): readonly (readonly [SystemName, SystemFigures])[] {
  return Object.entries(systems) as (readonly [SystemName, SystemFigures])[]
}

function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const METHOD = `## How it is measured

- The job: read From, To, X-VIP, X-Account, P-Asserted-Identity and Diversion, which every call has; decide VIP (by
  number or by X-VIP) and branch; leave flow, rule and branch on the channel; go to the flow's context, which answers.
  That context writes its own name and what was left on the channel into the 200. The caller checks it for every call.
- *dialplan*: by hand; VIP numbers in Asterisk's own database (\`DB_EXISTS\`). *plain ari-client*: one getChannelVar a
  header, one setChannelVar a variable (each group at the same time), continueInDialplan; Node's own keep-alive agent.
  *FastAGI*: ding-dong; one GET VARIABLE a header, one SET VARIABLE a variable; the dialplan goes on from there.
  *Doorman*: as shipped, its generated dialplan, decision records to a file.
- In turns: each round gives each system its turn, with all rates. Only the controller whose turn it is runs, beside an
  Asterisk that was just started: for half a minute after an overload it takes twice as long for a call, and at 300 calls
  a second some are. Each turn begins with 7,400 calls that do not count (half as many where a controller is started
  again within its turn): until then much of a controller in Node is still being compiled.
- The caller is a process of its own with an open loop: calls go out when they are due, whatever became of the others.
  Its clock (nanoseconds, monotonic) is read at the send and first of all when the 200 came. A call that it sent more
  than 2 ms late counts from when it was due. Each caller stays for 150 ms and hangs up.
- CPU: user and system time of all threads from \`/proc\`, over the whole run, by calls offered; hanging up included.
- The knee: the highest rate that was held for 20 s with every call right and p99 under 50 ms, more often than
  not. Short runs lead near it; then each system has six runs of 20 s, 5 % above a rate that held and 5 % below one that
  did not (10 % until that has turned once), in turns, each beside an Asterisk just started. A system that was still
  climbing in its last run has had the rate that stands here once.
- Two cores do everything, the caller too: the knees are knees of the whole machine. The ratios are what counts.
`
