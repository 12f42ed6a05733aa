import { describe, expect, test } from '@jest/globals'
import { CommanderError } from 'commander'
import { Refusal } from '../../src/cli/command.js'
import { createProgram } from '../../src/cli/program.js'
import { inFolder } from '../flows/temp-folder.js'
import { doorman, RunningCommand } from './command.js'

const CALL = ['--from', '+15551234567', '--to', '+15557654321']

/** The error of a command line that is refused before any command runs. */
async function usageError(args: readonly string[]): Promise<string> {
  const program = createProgram()
  let written = ''
  const output = {
    writeOut: () => undefined,
    writeErr: (text: string) => {
      written += text
    },
  }
  for (const command of [program, ...program.commands]) command.configureOutput(output)
  const error = await program.parseAsync(args, { from: 'user' }).catch((thrown: Error) => thrown)
  if (error instanceof Refusal) return error.message
  return error instanceof CommanderError && error.exitCode !== 0 ? written : ''
}

describe('a usage error ends with 2 and says what is wrong', () => {
  test.each<[string, string[], RegExp]>([
    ['no command', [], /Usage: doorman/],
    ['a mistyped command', ['chekc'], /unknown command 'chekc'\n\(Did you mean check\?\)/],
    ['a mistyped option', ['check', '--flow', 'x'], /unknown option '--flow'\n\(Did you mean --flows\?\)/],
    ['an argument too many', ['check', 'flows'], /too many arguments/],
    ['an option without its value', ['check', '--flows'], /'--flows <folder>' argument missing/],
    ['--from mistyped', ['explain', '--frm', '1'], /unknown option '--frm'\n\(Did you mean --from\?\)/],
    ['explain without --from', ['explain', '--to', '1'], /'--from <number>' not specified/],
    [
      'a header without a colon',
      ['explain', '--header', 'X-VIP gold'],
      /A header is written as 'X-VIP: gold'/,
    ],
    ['a header with a line end', ['explain', '--header', 'X-VIP: a\r\nX: b'], /on one line/],
    ['an invalid instant', ['explain', '--at', 'bad'], /Write it as 2026-12-24T18:00:00Z/],
    ['a state that is no JSON', ['explain', '--state', '{city'], /--state takes a JSON object/],
    ['an unknown attestation', ['explain', '--attestation', 'Z'], /Allowed choices are A, B, C, failed/],
    ['call without --to', ['call', '--from', '1'], /'--to <number>' not specified/],
    ['a share that may mean two', ['replay', '--max-change', '1'], /write it as 1% or 0.01/],
  ])('%s', async (_what, args, says) => {
    expect(await usageError(args)).toMatch(says)
  })

  test('every command refuses an option that it does not know', async () => {
    const names = createProgram().commands.map((command) => command.name())
    expect(names.length).toBeGreaterThan(10)
    for (const name of names)
      expect(await usageError([name, '--no-such-option'])).toMatch(
        /^error\[usage\]: (unknown option|required option|missing required argument)/,
      )
  })

  test.concurrent.each<[string, string[], RegExp]>([
    [
      'a settings file that is not there',
      ['--settings', '/nowhere.env', 'check'],
      /\/nowhere\.env does not exist/,
    ],
    ['run without passwords', ['run'], /ARI_PASSWORD is missing.*\n.*DOORMAN_AMI_SECRET is missing/],
  ])('%s, as the shell sees it', async (_what, args, says) => {
    const result = await doorman(args)
    expect(result).toEqual({ exit: 2, out: '', err: expect.stringMatching(says) })
  })
})

test('a usage error ends with 2 also where nobody reads it any more, as behind "2>&1 | head -0"', async () => {
  const command = new RunningCommand(['no-such-command'])
  command.child.stderr?.destroy()
  expect(await command.ending()).toMatchObject({ exit: 2, out: '' })
})

describe('a command that fails ends with 1', () => {
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

  test.concurrent.each([['run'], ['check']])('%s, where the folder is not there', async (...args) => {
    const { exit, out, err } = await doorman([...args, '--flows', '/nowhere/flows'], SECRETS)
    expect(exit).toBe(1)
    expect(out + err).toMatch(/routing\.yaml:1:1: .*\/nowhere\/flows/)
  })

  test.concurrent('doctor, where a problem has \\u in its text: it is printed as it is', async () => {
    const { exit, out, err } = await doorman(['--settings', '/nowhere\\users.env', 'doctor'], SECRETS)
    expect({ exit, err }).toEqual({ exit: 1, err: '' })
    expect(out).toContain('/nowhere\\users.env does not exist')
  })

  test.concurrent('call, where the name of the PBX is not known: it says so, and ends', async () => {
    const call = ['call', ...CALL, '--target', 'pbx.invalid']
    const { exit, err } = await doorman(call, SECRETS)
    expect([exit, err]).toEqual([
      1,
      expect.stringMatching(/^error\[sip_unreachable\]: .* pbx\.invalid:5060 /),
    ])
  })

  test.concurrent.each([
    [['--target', '127.0.0.1:abc'], 'must be host:port, such as 127.0.0.1:5060'],
    [['--target', 'sip:127.0.0.1:5060'], 'must be host:port'],
    [['--target', '127.0.0.1:99999'], 'must have a port from 1 to 65535'],
    [['--header', 'CSeq: 1'], 'CSeq is in every call and cannot be given by --header'],
  ])('call, with %j: it places none, says why, and ends', async (args, why) => {
    const { exit, err } = await doorman(['call', ...CALL, ...args], SECRETS)
    expect([exit, err]).toEqual([2, expect.stringMatching(/^error\[usage\]: /)])
    expect(err).toContain(why)
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

test('--help names no default that a person would not type', () => {
  const all = createProgram().commands.flatMap((command) => [command, ...command.commands])
  for (const command of all)
    expect(command.helpInformation().replace(/\s+/g, ' ')).not.toMatch(/default: (""|\[\]|\{\})/)
})

test.concurrent.each([
  ['--help', /Usage: doorman/],
  ['help', /Usage: doorman/],
  ['--version', /^\d+\.\d+\.\d+\n$/],
])('%s ends with 0', async (option, says) => {
  expect(await doorman([option])).toEqual({ exit: 0, out: expect.stringMatching(says), err: '' })
})
