import { describe, expect, test } from '@jest/globals'
import { projectFolder } from '../flows/project-folder.js'
import { inFolder } from '../flows/temp-folder.js'
import { doorman } from './command.js'

const FLOWS = ['--flows', projectFolder('flows')]
const CALL = ['--from', '+15551234567', '--to', '+15557654321']

/** The commands as `doorman --help` lists them. */
async function commands(): Promise<string[]> {
  const { out } = await doorman(['--help'])
  const list = out.slice(out.indexOf('Commands:')).split('\n').slice(1)
  return list.flatMap((line) => /^ {2}([a-z]+) /.exec(line)?.[1] ?? []).filter((name) => name !== 'help')
}

describe('a command that was used wrongly ends with 2 and says what is wrong', () => {
  test.concurrent.each<[string, string[], RegExp]>([
    ['no command', [], /Usage: doorman/],
    ['a mistyped command', ['chekc'], /unknown command 'chekc'\n\(Did you mean check\?\)/],
    ['a mistyped option', ['check', '--flow', 'x'], /unknown option '--flow'\n\(Did you mean --flows\?\)/],
    ['an argument too many', ['check', 'flows'], /too many arguments/],
    ['an option without its value', ['check', '--flows'], /'--flows <folder>' argument missing/],
    ['explain without --from', ['explain', '--to', '1', ...FLOWS], /'--from <number>' not specified/],
    [
      'a header without a colon',
      ['explain', ...CALL, '--header', 'X-VIP gold'],
      /A header is written as 'X-VIP: gold'/,
    ],
    ['a header with a line end', ['explain', ...CALL, '--header', 'X-VIP: a\r\nX: b'], /on one line/],
    ['an instant that is none', ['explain', ...CALL, '--at', 'bad'], /Write it as 2026-12-24T18:00:00Z/],
    ['a state that is no JSON', ['explain', ...CALL, '--state', '{city'], /--state takes a JSON object/],
    [
      'an attestation that is none',
      ['explain', ...CALL, '--attestation', 'Z'],
      /Allowed choices are A, B, C, failed/,
    ],
    ['call without --to', ['call', '--from', '1'], /'--to <number>' not specified/],
    [
      'a settings file that is not there',
      ['--settings', '/nowhere.env', 'check'],
      /\/nowhere\.env cannot be read/,
    ],
    [
      'run without passwords',
      ['run', ...FLOWS],
      /DOORMAN_ARI_PASSWORD is missing.*\n.*DOORMAN_AMI_SECRET is missing/,
    ],
  ])('%s', async (_what, args, says) => {
    const { exit, out, err } = await doorman(args)
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(says) })
    expect(out).toBe('')
  })

  test.concurrent('every command refuses an option that it does not know', async () => {
    const all = await commands()
    expect(all).toEqual(expect.arrayContaining(['run', 'check', 'explain', 'dialplan', 'call']))
    const endings = await Promise.all(all.map((name) => doorman([name, '--no-such-option'])))
    expect(endings.map(({ exit }) => exit)).toEqual(all.map(() => 2))
  })

  test.concurrent('settings are said all at once, before anything is begun', async () => {
    const env = { DOORMAN_AMI_PORT: 'x', DOORMAN_APP: 'a b', DOORMAN_AMI_PASSWORD: 'hunter22' }
    const { exit, out, err } = await doorman(['run', ...FLOWS], env)
    expect({ exit, out }).toEqual({ exit: 2, out: '' })
    for (const name of ['ARI_PASSWORD', 'AMI_SECRET', 'AMI_PORT', 'APP', 'AMI_PASSWORD']) {
      expect(err).toMatch(new RegExp(`^DOORMAN_${name} `, 'm'))
    }
    expect(err).not.toContain('hunter22')
  })
})

describe('a command that has no good answer ends with 1', () => {
  const SECRETS = { DOORMAN_ARI_PASSWORD: 'x', DOORMAN_AMI_SECRET: 'x' }
  const BROKEN = { 'routing.yaml': 'flows: { main: { context: main } }\notherwise: mian\nrulez: []\n' }

  test.concurrent.each([['run'], ['explain', ...CALL], ['dialplan']])(
    '%s, where the flow files have problems: with each place',
    async (...args) => {
      await inFolder(BROKEN, async (folder) => {
        const { exit, err } = await doorman([...args, '--flows', folder], SECRETS)
        expect(exit).toBe(1)
        expect(err).toMatch(/^routing\.yaml:2:12: .*main/m)
        expect(err).toMatch(/^routing\.yaml:3:1: .*rulez/m)
      })
    },
  )

  test.concurrent.each([['run'], ['explain', ...CALL], ['dialplan'], ['check']])(
    '%s, where the folder is not there',
    async (...args) => {
      const { exit, out, err } = await doorman([...args, '--flows', '/nowhere/flows'], SECRETS)
      expect(exit).toBe(1)
      expect(out + err).toMatch(/routing\.yaml:1:1: .*\/nowhere\/flows/)
    },
  )

  test.concurrent.each<[string, Record<string, string>]>([
    ['is no YAML', { 'routing.yaml': 'flows: { main: { context: main }\notherwise: main\n' }],
    ['cannot be read', { 'routing.yaml/inside.txt': 'a folder of that name' }],
  ])('check, where routing.yaml %s', async (_what, files) => {
    await inFolder(files, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder])
      expect({ exit, out }).toEqual({ exit: 1, out: expect.stringMatching(/^routing\.yaml:\d+:\d+: /) })
    })
  })

  test.concurrent('doctor, where a problem has \\u in its text: it is printed as it is', async () => {
    const { exit, out, err } = await doorman(['--settings', '/nowhere\\users.env', 'doctor'], SECRETS)
    expect({ exit, err }).toEqual({ exit: 1, err: '' })
    expect(out).toContain('/nowhere\\users.env cannot be read')
  })

  test.concurrent('call, where nothing answers: one line says who was asked', async () => {
    const env = { ...SECRETS, DOORMAN_ARI_URL: 'http://127.0.0.1:1', DOORMAN_SIP_TARGET: '127.0.0.1:1' }
    const { exit, err } = await doorman(['call', ...CALL], env)
    expect(exit).toBe(1)
    expect(err).toMatch(
      /^error\[ari_unreachable\]: ARI at http:\/\/127\.0\.0\.1:1 did not answer \(.+\)\. [^\n]+\n$/,
    )
  })
})

describe('a command that was only asked about ends with 0', () => {
  test.concurrent.each([['--help'], ['help'], ['--version'], ['explain', '--help'], ['help', 'check']])(
    '%s',
    async (...args) => {
      const { exit, out, err } = await doorman(args)
      expect({ exit, err }).toEqual({ exit: 0, err: '' })
      expect(out).not.toBe('')
    },
  )

  test.concurrent('the version is that of the package', async () => {
    expect((await doorman(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
