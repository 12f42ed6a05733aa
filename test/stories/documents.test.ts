import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { doorman } from '../cli/command.js'
import { codeBlocks } from '../docs/code-blocks.js'
import { ADMIN_SETTINGS, adminConf } from '../doctor/installation.js'
import { projectFolder } from '../flows/project-folder.js'
import { launchDoorman, type RunningDoorman } from '../support/doorman.js'
import { pbxFixture, showing } from '../support/fixture.js'
import { freePort } from '../support/free-ports.js'
import { until } from '../support/until.js'

/** In the order in which an admin of a new Doorman needs them. */
const PAGES = ['docs/manual-setup.md', 'README.md', 'docs/operations.md', 'docs/flow-files.md']
  .concat([
    'docs/freepbx.md',
    'docs/how-it-works.md',
    'docs/memory.md',
    'docs/greetings.md',
    'docs/kamailio.md',
  ])
  .map((name) => ({ name, text: readFileSync(projectFolder(name), 'utf8') }))

/** Commands that are not run here, and why, or which test runs them. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'npm run demo': 'test/demo/demo.test.ts',
  'npm run demo -- --with-database': 'test/demo/demo.test.ts',
  'npm test': 'this is it',
  'npm run package': 'test/debian/package.test.ts',
  'apt install ./dist/doorman_<version>_amd64.deb': 'changes the machine: test/debian/package.test.ts',
  'npm link': 'changes the machine',
  'npm ci && npm run build': 'npm test has done it',
  'useradd --system --home-dir /var/lib/doorman --create-home doorman': 'changes the machine',
  'doorman setup': 'for a PBX without Doorman: test/stories/setup.test.ts',
  'doorman setup --undo': 'test/stories/setup.test.ts',
  'doorman fleet init': 'takes names of PBXs: test/stories/fleet.test.ts',
  'doorman setup --freepbx': 'for FreePBX: test/setup/golden.test.ts',
  'systemctl enable --now doorman': 'needs systemd: test/debian/package.test.ts',
  'systemctl reload doorman': 'needs systemd: test/debian/package.test.ts',
  'apt remove': 'changes the machine: test/debian/package.test.ts',
  'apt purge': 'changes the machine: test/debian/package.test.ts',
  'doorman forget "+1 555 123 4567"': 'asks at a terminal: test/stories/memory.test.ts',
  'sqlite3 doorman.db ".backup copy.db"': 'sqlite3 is not on every machine',
}

/** The only ones that a page can have run here. */
const RUN_HERE = 'doorman|asterisk|curl|cp|vi|install|printf'
const PROGRAMS = `${RUN_HERE}|runuser|npm|apt|useradd|systemctl|sqlite3`
const BLOCK_OR_SPAN = new RegExp(`^\`\`\`sh\\n(.*?)^\`\`\`|\`((?:${PROGRAMS})\\s[^\`]+)\``, 'gms')
/** `doorman explain` in a sentence is the name of a command; `doorman diff [A] [B]` and `call …` say what it takes. */
const MENTION = /^doorman \w+$|\[| … /

/** The lines of `sh` blocks and the commands in running text, without comments, in the order of the page. */
function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(BLOCK_OR_SPAN)].flatMap(([, block, span = '']) => {
    if (block === undefined) return MENTION.test(span) ? [] : [span.replace(/\s+/g, ' ')]
    return block.split('\n').flatMap((line) => line.replace(/(^|\s+)# .*/, '') || [])
  })
}

const [ROUTING = ''] = codeBlocks('README.md', 'yaml')
const [SENTENCE = ''] = codeBlocks('README.md', '')
const [EXAMPLES = ''] = codeBlocks('docs/flow-files.md', 'yaml')
const [TRIAGE = ''] = codeBlocks('docs/flow-files.md', 'ts')
const [TRUNK_CONTEXT = ''] = codeBlocks('docs/manual-setup.md', 'ini')

/** Also that the types of the code flow were checked. */
const WITHOUT_WARNING = /^\S+: all examples hold \(1\)\n\S+: OK, revision/

/** What the pages promise of a command, beyond exit 0. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'doorman call --from +15551234567 --to 5557654321 --local <address of a trunk>': /^landed +vip-support$/m,
  'doorman check --flows /etc/doorman/flows': WITHOUT_WARNING,
  'doorman check': WITHOUT_WARNING,
  'doorman diff': /greeting/,
  'doorman replay': /None of \d+ calls would change/,
  'doorman reload --max-change 1%': /^Revision 2 \(.* is active:/m,
  'doorman revisions': /^\* +2 .* command /m,
  'doorman rollback': /^Revision 3 \(.* is active:/m,
  'doorman diff --flows draft': /greeting/,
  'doorman reload --flows draft': /It stays, also over restarts, until the flows folder is loaded/,
  'curl -X POST -H "Authorization: Bearer $DOORMAN_CONTROL_TOKEN" http://127.0.0.1:8390/reload': /"ok":true/,
  'doorman rollback --to N': /is active/,
  'doorman examples add --from-call <id>': /examples\.yaml/,
  'doorman export "+1 555 123 4567"': /"number": "\+15551234567"/,
  'doorman drain': /^The PBX refuses a proxy's new calls/m,
}

describe('the commands of the documents', () => {
  let running: RunningDoorman | undefined
  // Before the fixture removes the folder that it writes to.
  afterAll(() => running?.stop())
  const fixture = pbxFixture('forky', {
    flows: {
      'routing.yaml': ROUTING,
      'triage.ts': TRIAGE,
      'examples.yaml': EXAMPLES,
      'vips.csv': readFileSync(projectFolder('flows/vips.csv'), 'utf8'),
    },
    // Nothing but what the page on setup by hand adds, and the flows.
    dialplan: [
      ...['#tryinclude "extensions_doorman.conf"\n', TRUNK_CONTEXT],
      ...['vip-support', 'general-support'].map((context) => showing(context, '${DOORMAN_RULE}')),
    ].join(''),
    isDialplanAlone: true,
    editDialplan: () => '',
    overrides: {
      'pjsip.conf': ['carrier-a', 'carrier-b', '1001']
        .map((endpoint) => `[${endpoint}](+)\ncontext = from-your-trunk\n`)
        .join(''),
      'manager.conf': adminConf(),
    },
    withDoorman: false,
  })
  const env: Record<string, string> = {}
  let callId = ''
  const said = new Map<string, string>()

  const inFolder = (...names: readonly string[]) => join(fixture.asterisk.folder, ...names)

  /** What stands for what on a page, here. */
  const here = (): readonly (readonly [string, string])[] => [
    ['/etc/doorman/flows', fixture.lab.flows],
    ['/etc/doorman', inFolder('doorman')],
    ['/var/lib/doorman', inFolder('doorman-data')],
    ['/etc/asterisk', inFolder('etc')],
    [' draft', ` ${inFolder('draft')}`],
    ['--write FILE', `--write ${inFolder('etc/extensions_doorman.conf')}`],
    ['127.0.0.1:8390', `127.0.0.1:${env.DOORMAN_CONTROL_PORT}`],
    // The tests have no user of that name.
    ['install -o doorman', 'install'],
    ['install -d -o doorman -g asterisk', 'install -d'],
    [' welcome.wav', ` ${inFolder('welcome.wav')}`],
    ['runuser -u doorman -- ', ''],
    ['DOORMAN_ARI_PASSWORD=…', `DOORMAN_ARI_PASSWORD=${fixture.asterisk.ari.password}`],
    ['DOORMAN_AMI_SECRET=…', `DOORMAN_AMI_SECRET=${fixture.asterisk.ami.secret}`],
    ['<address of a trunk>', '127.0.0.2'],
    ['<call>', callId],
    ['<id>', callId],
    ['<number>', '+15551234567'],
    ['<command>', 'calls'],
    ['--to N', '--to 1'],
  ]

  beforeAll(async () => {
    const { ports, install } = fixture.asterisk
    for (const folder of ['bin', 'doorman']) mkdirSync(inFolder(folder))
    const asterisk = [...install.command, '-C', inFolder('etc/asterisk.conf')]
    program('asterisk', asterisk.map((part) => `'${part}'`).join(' '))
    // An admin who changes what VIPs hear.
    program('vi', `sed -i 's/greeting: "/&Hello. /'`)
    Object.assign(env, {
      PATH: `${inFolder('bin')}:${process.env.PATH}`,
      TMPDIR: tmpdir(),
      // The ports of this PBX are not Asterisk's defaults.
      DOORMAN_ARI_URL: fixture.asterisk.ari.url,
      DOORMAN_AMI_PORT: String(ports.ami),
      DOORMAN_SIP_TARGET: `127.0.0.1:${ports.sip}`,
      DOORMAN_CONTROL_PORT: String(await freePort('tcp')),
      DOORMAN_CONTROL_TOKEN: 'a-token-of-the-story',
      DOORMAN_RELOAD: 'manual',
      ...ADMIN_SETTINGS,
    })
  })

  /** A command of this name, in place of the machine's. */
  function program(name: string, command: string): void {
    writeFileSync(inFolder('bin', name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 })
  }

  /** A line of a page with the values of this PBX. @throws Error where a part of it belongs to another machine. */
  function withValues(line: string): string {
    let [command, rest] = [line, line]
    for (const [there, value] of here()) {
      command = command.replaceAll(there, value)
      rest = rest.replaceAll(there, '')
    }
    const isAllowed = new RegExp(`^(${RUN_HERE}) `).test(command)
    if (isAllowed && !/[<…;&|]|\/(etc|var|opt|usr)\//.test(rest)) return command
    throw new Error(`This test has no value for a part of this line, or no reason not to run it: ${line}`)
  }

  /** Commands find the file of settings by themselves in /etc/doorman, once it is there. */
  function environment(): Record<string, string> {
    const settings = inFolder('doorman/settings.env')
    return existsSync(settings) ? { ...env, DOORMAN_SETTINGS: settings } : env
  }

  const inShell = (script: string) =>
    spawnSync('sh', ['-c', script], { cwd: fixture.asterisk.folder, env: environment(), encoding: 'utf8' })

  /** Runs a line of a page in a shell, but for `doorman`, whose arguments the shell only splits. */
  async function run(line: string) {
    const command = withValues(line)
    if (command.startsWith('doorman ')) {
      // What is written to a file is what the command prints.
      const [split = ''] = command.split(' > ')
      const { stdout } = inShell(`doorman() { printf '%s\\0' "$@"; }\n${split}`)
      const { exit, out, err } = await doorman(stdout.split('\0').slice(0, -1), {
        ...environment(),
        DOORMAN_DATA: '',
      })
      return { exit, said: out + err }
    }
    const { status, stdout, stderr } = inShell(command)
    return { exit: status, said: stdout + stderr }
  }

  async function runLine(line: string): Promise<void> {
    if (line.endsWith(' doorman run')) {
      running = launchDoorman(environment())
      fixture.doorman = running
      await running.connected()
    } else {
      const result = await run(line)
      said.set(line, result.said)
      expect(result).toEqual({ exit: 0, said: expect.stringMatching(SAYS[line] ?? '') })
    }
  }

  const seen = new Set<string>()
  describe.each(PAGES)('in $name', ({ name, text }) => {
    const lines = commandsOf(text).filter((line) => !seen.has(line) && seen.add(line))
    const runHere = lines.filter((line) => !(line in NOT_HERE))

    if (name === 'README.md')
      beforeAll(async () => {
        const { record } = await fixture.call({
          ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-b' },
          headers: [['X-VIP', 'gold']],
        })
        callId = record.sipCallId ?? ''
        await until(async () => (await run('doorman why <call>')).exit === 0, 'the call in the database')
      })

    if (runHere.length > 0) test.each(runHere)('%s', runLine)
  })

  test('that are not run here are all there', () => {
    expect(Object.keys(NOT_HERE).filter((line) => !seen.has(line))).toEqual([])
    expect(Object.keys(SAYS).filter((line) => !said.has(line))).toEqual([])
  })

  test('print the sentence of the README, also for a call that nobody has placed', () => {
    const flat = (text: string) => text.replace(/\s+/g, ' ').trim()
    expect(flat(said.get('doorman why last') ?? '')).toContain(flat(SENTENCE))
    const explained = [...said].find(([line]) => line.startsWith('doorman explain --from'))?.[1] ?? ''
    expect(flat(explained)).toContain(flat(SENTENCE).replace(' went to ', ' would go to '))
  })

  test('run the code flow of the page', async () => {
    const { record, state } = await fixture.call({
      from: '+15559990000',
      to: '5550001111',
      trunk: 'carrier-a',
    })
    expect(record).toMatchObject({
      rule: 'The rest is code',
      flow: 'general_support_flow',
      outcome: 'routed',
    })
    expect(state).toMatchObject({ branch: 'South Branch', metadata: { dialedNumber: '+15550001111' } })
  })
})
