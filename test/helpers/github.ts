/** Reads GITHUB_OUTPUT the way actions/runner does (FileCommandManager.cs): `key=value`, or `key<<DELIMITER` up to a line that is the delimiter. */
export function readOutputs(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const [, key, delimiter] = /^([^=]*?)<<(.*)$/.exec(line) ?? []
    if (key !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1)
      if (end < 0) throw new Error(`no end of ${key}`)
      found[key] = lines.slice(at + 1, end).join('\n')
      at = end
    } else if (line.includes('=')) found[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1)
  }
  return found
}

/** The workflow commands a runner would act on: the newer form at the beginning of a line, the older one anywhere. */
export function commandsIn(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim())
  let token = ''
  return lines.flatMap((line) => {
    if (token !== '') {
      if (line === `::${token}::`) token = ''
      return []
    }
    const command = line.startsWith('::') ? line : /##\[.*/.exec(line)?.[0]
    if (command?.startsWith('::stop-commands::')) {
      token = command.slice('::stop-commands::'.length)
      return []
    }
    return command === undefined ? [] : [command]
  })
}

/** What a metric, a target or a person may say. */
export const HOSTILE = [
  'a\nresult=done',
  'a\n::error::mine',
  'a\r::add-mask::b',
  '::set-output name=x::y',
  '##[add-mask]x',
  'result<<EOF\ndone\nEOF',
  '| a | b |\n| - | - |',
  '<img src=x onerror=alert(1)>',
  '[click](https://evil.example)',
  '`rm`\\|`',
  '\u001b[31mred',
  '100%25 %0A::error::x',
]
