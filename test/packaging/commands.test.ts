import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { commandsOf } from '../../packaging/commands.js'
import { completion } from '../../packaging/completion.js'
import { manual } from '../../packaging/manual.js'
import { createProgram } from '../../src/cli/program.js'

/** What Tab offers behind these words; the last one is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${completion(createProgram())}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_doorman
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
}

describe('completion in bash', () => {
  test.each([
    ['the commands', ['doorman', 'ch'], ['check']],
    ['the options of a command', ['doorman', 'check', '--sch'], ['--schema']],
    ['the commands below one', ['doorman', 'examples', 'a'], ['add']],
    ['the options of those', ['doorman', 'examples', 'add', '--from'], ['--from-call']],
    [
      'a command behind a global option and its value',
      ['doorman', '--settings', 'x.env', 'roll'],
      ['rollback'],
    ],
    ['nothing where a file name belongs', ['doorman', 'check', '--flows', '/etc/do'], ['']],
  ])('offers %s', (_what, words, expected) => {
    expect(offered(...words)).toEqual(expected)
  })
})

describe('the manual page', () => {
  const date = new Date('2026-12-24T18:00:00Z')

  test('has every command', () => {
    const page = manual(createProgram(), '1.2.3', date)
    const names = commandsOf(createProgram()).map((command) => command.name())
    expect(page).toContain('.TH DOORMAN 1 2026-12-24 "doorman 1.2.3" "User Commands"')
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !page.includes(`.SS doorman ${name} `))).toEqual([])
  })

  test('says what a command is for and takes, in the language of troff', () => {
    const program = new Command('doorman').description('routes')
    program
      .command('call <number>')
      .description("'quoted' \\ text")
      .option('--json', '.a line that begins with a dot')
    const page = manual(program, '1', date)
    expect(page.slice(page.indexOf('.SS'), page.indexOf('.SH EXIT'))).toBe(
      ['.SS doorman call [options] <number>', "\\&'quoted' \\e text", '.TP', '.B \\-\\-json', ''].join('\n') +
        '\\&.a line that begins with a dot\n',
    )
  })
})
