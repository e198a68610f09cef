/** What a completion script needs of a command table row. */
interface Completable {
  readonly name: string
  readonly about: string
  readonly flags?: readonly FlagRow[]
}

type FlagRow = readonly [spelling: string, about: string, choices?: readonly string[]]

/** A script for the shell: `source <(rollout completion bash)`. */
export function renderCompletion(shell: 'bash' | 'zsh' | 'fish', commands: readonly Completable[], global: readonly FlagRow[]): string {
  return { bash, zsh, fish }[shell](commands, global)
}

function bash(commands: readonly Completable[], global: readonly FlagRow[]): string {
  const cases = commands.map(({ name, flags = [] }) => `    ${name}) words="${[...flags, ...global].flatMap(longs).join(' ')}" ;;`)
  const choices = commands.flatMap(({ flags = [] }) =>
    flags.flatMap(([spelling, , of]) => (of ? longs([spelling]).map((long) => `    ${long}) words="${of.join(' ')}" ;;`) : [])),
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

function zsh(commands: readonly Completable[], global: readonly FlagRow[]): string {
  const names = commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`)
  const cases = commands.map(({ name, flags = [] }) => `    ${name}) _arguments ${[...flags, ...global].flatMap(zshFlag).join(' ')} ;;`)
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

function zshFlag([spelling, about, choices]: FlagRow): readonly string[] {
  const values = choices
    ? `:value:(${choices.join(' ')})`
    : spelling.includes('<path>')
      ? ':path:_files'
      : spelling.includes('<')
        ? ':value:'
        : ''
  return longs([spelling]).map((long) => `'${long}[${quoted(about).replaceAll(/[[\]]/g, '')}]${values}'`)
}

function fish(commands: readonly Completable[], global: readonly FlagRow[]): string {
  const names = commands.map(({ name, about }) => `complete -c rollout -f -n __fish_use_subcommand -a ${name} -d '${quoted(about)}'`)
  const flags = commands.flatMap(({ name, flags: own = [] }) =>
    own.flatMap((flag) => fishFlag(flag, `-n '__fish_seen_subcommand_from ${name}' `)),
  )
  return [...names, ...flags, ...global.flatMap((flag) => fishFlag(flag, '')), ''].join('\n')
}

function fishFlag([spelling, about, choices]: FlagRow, when: string): readonly string[] {
  const takes = spelling.includes('<') ? (choices ? ` -x -a '${choices.join(' ')}'` : ' -r') : ''
  return longs([spelling]).map((long) => `complete -c rollout ${when}-l ${long.slice(2)}${takes} -d '${quoted(about)}'`)
}

function longs([spelling]: readonly [string, ...unknown[]]): readonly string[] {
  return spelling.match(/--[a-z-]+/g) ?? []
}

function quoted(about: string): string {
  return about.replaceAll("'", '').replaceAll(':', ' -')
}
