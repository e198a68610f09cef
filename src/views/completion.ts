/** A verb, as a completion script knows it. */
interface Completable {
  readonly name: string
  readonly about: string
  readonly flags: readonly Flag[]
}

interface Flag {
  /** `--if-step` */
  readonly flag: string
  readonly about: string
  /** What stands for its value; absent for a switch. */
  readonly takes?: string
  readonly choices?: readonly string[]
}

/** Returns a script for the shell: `source <(rollout completion bash)`. */
export function renderCompletion(shell: 'bash' | 'zsh' | 'fish', commands: readonly Completable[], global: readonly Flag[]): string {
  return { bash, zsh, fish }[shell](commands, global)
}

function bash(commands: readonly Completable[], global: readonly Flag[]): string {
  const cases = commands.map(({ name, flags }) => `    ${name}) words="${[...flags, ...global].map(({ flag }) => flag).join(' ')}" ;;`)
  const choices = commands.flatMap(({ flags }) =>
    flags.flatMap(({ flag, choices: of }) => (of ? [`    ${flag}) words="${of.join(' ')}" ;;`] : [])),
  )
  return [
    '_rollout() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')}"`,
    '  else case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac; fi',
    '  case "$previous" in',
    '    --file|-f) COMPREPLY=($(compgen -f -- "$current")); return ;;',
    ...choices,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -F _rollout rollout',
    '',
  ].join('\n')
}

function zsh(commands: readonly Completable[], global: readonly Flag[]): string {
  const names = commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`)
  const cases = commands.map(({ name, flags }) => `    ${name}) _arguments ${[...flags, ...global].map(zshFlag).join(' ')} ;;`)
  return [
    '#compdef rollout',
    '_rollout() {',
    '  local -a commands=(',
    ...names,
    '  )',
    '  if (( CURRENT == 2 )); then _describe command commands; return; fi',
    '  case $words[2] in',
    ...cases,
    '  esac',
    '}',
    'compdef _rollout rollout',
    '',
  ].join('\n')
}

function zshFlag({ flag, about, takes, choices }: Flag): string {
  return `'${flag}[${quoted(about).replaceAll(/[[\]]/g, '')}]${zshValues(takes, choices)}'`
}

function zshValues(takes: string | undefined, choices: readonly string[] | undefined): string {
  if (choices) return `:value:(${choices.join(' ')})`
  if (takes === 'path') return ':path:_files'
  return takes === undefined ? '' : ':value:'
}

function fish(commands: readonly Completable[], global: readonly Flag[]): string {
  const names = commands.map(({ name, about }) => `complete -c rollout -f -n __fish_use_subcommand -a ${name} -d '${quoted(about)}'`)
  const flags = commands.flatMap(({ name, flags: own }) => own.map((flag) => fishFlag(flag, `-n '__fish_seen_subcommand_from ${name}' `)))
  return [...names, ...flags, ...global.map((flag) => fishFlag(flag, '')), ''].join('\n')
}

function fishFlag({ flag, about, takes, choices }: Flag, when: string): string {
  const values = takes === undefined ? '' : choices ? ` -x -a '${choices.join(' ')}'` : ' -r'
  return `complete -c rollout ${when}-l ${flag.slice(2)}${values} -d '${quoted(about)}'`
}

function quoted(about: string): string {
  return about.replaceAll("'", '').replaceAll(':', ' -')
}
