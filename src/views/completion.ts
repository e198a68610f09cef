/** A verb, as a completion script knows it. */
interface Completable {
  readonly name: string
  readonly about: string
  readonly flags: readonly Flag[]
  /** What its first word may be, where the table says. */
  readonly choices?: readonly string[]
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

/** Flags that a value follows, which is no verb, short and long: `-f|--file|…`. */
function valued(flags: readonly Flag[]): string {
  return ['-f', '-e', ...flags.flatMap(({ flag, takes }) => (takes === undefined ? [] : [flag]))].join('|')
}

function bash(commands: readonly Completable[], global: readonly Flag[]): string {
  const names = commands.map(({ name }) => name)
  const words = (flags: readonly Flag[]): readonly string[] => flags.map(({ flag }) => flag)
  const cases = commands.map(
    ({ name, flags, choices = [] }) => `    ${name}) words="${[...choices, ...words(flags), ...words(global)].join(' ')}" ;;`,
  )
  const choices = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ flag, choices: of }) => (of ? [`    "${name} ${flag}") words="${of.join(' ')}" ;;`] : [])),
  )
  return [
    '_rollout() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" verb="" words="" i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case "${COMP_WORDS[i]}" in',
    `      ${valued(global)}) i=$((i + 1)) ;;`,
    `      ${names.join('|')}) verb="\${COMP_WORDS[i]}"; break ;;`.replace('\\$', '$'),
    '    esac',
    '  done',
    '  case "$verb" in',
    `    "") words="${[...names, ...words(global)].join(' ')}" ;;`,
    ...cases,
    '  esac',
    '  case "$verb $previous" in',
    '    *" --file"|*" -f") COMPREPLY=($(compgen -f -- "$current")); return ;;',
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
  const cases = commands.map(({ name, flags, choices }) => {
    const first = choices ? [`'1:word:(${choices.join(' ')})'`] : []
    return `    ${name}) _arguments ${[...first, ...[...flags, ...global].map(zshFlag)].join(' ')} ;;`
  })
  return [
    '#compdef rollout',
    '_rollout() {',
    '  local -a commands=(',
    ...names,
    '  )',
    '  local i',
    '  for ((i = 2; i < CURRENT; i++)); do',
    '    case $words[i] in',
    `      ${valued(global)}) (( i++ )) ;;`,
    `      ${commands.map(({ name }) => name).join('|')}) shift $(( i - 1 )) words; (( CURRENT -= i - 1 )); break ;;`,
    '    esac',
    '  done',
    '  case $words[1] in',
    ...cases,
    '    *) _describe command commands ;;',
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
  const seen = (name: string): string => `-n '__fish_seen_subcommand_from ${name}' `
  const flags = commands.flatMap(({ name, flags: own }) => own.map((flag) => fishFlag(flag, seen(name))))
  const words = commands.flatMap(({ name, choices }) => (choices ? [`complete -c rollout -f ${seen(name)}-a '${choices.join(' ')}'`] : []))
  return [...names, ...words, ...flags, ...global.map((flag) => fishFlag(flag, '')), ''].join('\n')
}

function fishFlag({ flag, about, takes, choices }: Flag, when: string): string {
  const values = takes === undefined ? '' : choices ? ` -x -a '${choices.join(' ')}'` : ' -r'
  return `complete -c rollout ${when}-l ${flag.slice(2)}${values} -d '${quoted(about)}'`
}

function quoted(about: string): string {
  return about.replaceAll("'", '').replaceAll(':', ' -')
}
