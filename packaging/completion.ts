import type { Command } from 'commander'
import { createProgram } from '../src/cli/program.js'
import { commandsOf } from './commands.js'

/** Completion for bash: the commands and their options; file names where neither fits. */
export function completion(program: Command): string {
  return `# bash completion for doorman(1)
_doorman() {
  local word next command=
  local -A words=(
${wordsOf(program, '').join('\n')}
  )
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next=\${command:+$command }$word
    [[ -z \${words[_$next]+is} ]] || command=$next
  done
  mapfile -t COMPREPLY < <(compgen -W "\${words[_$command]}" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _doorman doorman
`
}

/** An entry for the command and for each below it. Bash knows no empty key, hence the underscore. */
function wordsOf(command: Command, path: string): readonly string[] {
  const inner = commandsOf(command)
  const options = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? [])
  return [
    `    ['_${path}']='${[...inner.map((each) => each.name()), ...options].join(' ')}'`,
    ...inner.flatMap((each) => wordsOf(each, `${path} ${each.name()}`.trim())),
  ]
}

if (import.meta.main) process.stdout.write(completion(createProgram()))
