import type { Command } from 'commander'
import { createProgram } from '../src/cli/program.js'
import { commandsOf } from './commands.js'

/** doorman(1) in man(7)'s language: every command and option, as --help says them. */
export function manual(program: Command, version: string, date: Date): string {
  return [
    `.TH DOORMAN 1 ${date.toISOString().slice(0, 10)} "doorman ${version}" "User Commands"`,
    '.SH NAME',
    String.raw`doorman \- call routing for Asterisk`,
    '.SH SYNOPSIS',
    '.B doorman',
    plain('[--settings <file>] <command> [options]'),
    '.SH DESCRIPTION',
    plain(program.description()),
    ...options(program),
    '.SH COMMANDS',
    ...commandsOf(program).flatMap(section),
    REST,
  ].join('\n')
}

const REST = `.SH EXIT STATUS
0: OK. 1: a check failed. 2: usage error.
.SH SIGNALS
.TP
.B SIGTERM
finishes the active calls, and exits; new calls take the fallback.
.TP
.B SIGINT
sends the active calls to the fallback, and exits.
.TP
.B SIGHUP
loads the flow files again.
.SH FILES
.TP
.I /etc/doorman/settings.env
the settings, as lines of NAME=value.
.TP
.I /etc/doorman/flows/
the flow files.
.TP
.I /var/lib/doorman/
revisions and recorded calls.
`

function section(command: Command): readonly string[] {
  const inner = commandsOf(command)
  if (inner.length > 0) return inner.flatMap(section)
  return [
    `.SS ${plain(usage(command))}`,
    plain(command.description()),
    ...command.registeredArguments.flatMap((argument) =>
      argument.description === '' ? [] : item(argument.name(), argument.description),
    ),
    ...options(command),
  ]
}

function usage(command: Command): string {
  const names = [command.name()]
  for (let outer = command.parent; outer !== null; outer = outer.parent) names.unshift(outer.name())
  return [...names, command.usage()].join(' ')
}

function options(command: Command): readonly string[] {
  const help = command.createHelp()
  return help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .flatMap((option) => item(help.optionTerm(option), help.optionDescription(option)))
}

const item = (term: string, description: string): readonly string[] => [
  '.TP',
  `.B ${plain(term)}`,
  plain(description),
]

/** Text that troff prints as it stands: a line that begins with a dot or an apostrophe would be a request. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
}

if (import.meta.main) {
  const [version = '', date = ''] = process.argv.slice(2)
  process.stdout.write(manual(createProgram(), version, new Date(date)))
}
