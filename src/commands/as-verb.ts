/**
 * Returns the line to type where a flag has become a verb of its own (`run --drill X` is `drill X`): the same words, with
 * the flag in the verb's place. Undefined where no flag is named like a verb.
 */
export function asVerb(argv: readonly string[], verbs: readonly { readonly name: string }[]): string | undefined {
  const names = new Set(verbs.map(({ name }) => `--${name}`))
  const at = argv.findIndex((word) => names.has(word.split('=', 1)[0] ?? ''))
  const verb = argv.findIndex((word) => names.has(`--${word}`))
  if (at < 0 || verb < 0 || at < verb) return undefined
  const [flag = '', ...value] = (argv[at] ?? '').split('=')
  const rest = argv.filter((_, nth) => nth !== at && nth !== verb)
  const words = [...(value.length > 0 ? [value.join('=')] : []), ...rest]
  return [
    'rollout',
    flag.slice(2),
    ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)),
  ].join(' ')
}
