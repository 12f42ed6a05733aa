import type { Command } from 'commander'

/** The commands below one, without commander's own `help`. */
export function commandsOf(command: Command): readonly Command[] {
  const help = command.createHelp()
  return help.visibleCommands(command).filter((inner) => inner.name() !== 'help')
}
