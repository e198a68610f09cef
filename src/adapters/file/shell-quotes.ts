import type { EnvLine } from '../../core/toggle/env-text.ts'

/**
 * Returns for each line whether a shell (POSIX, 2.2) is between quotes where it begins, or ends the text between quotes
 * that this line opens.
 */
export function openAt(lines: readonly EnvLine[]): readonly boolean[] {
  const open: boolean[] = []
  let quote = ''
  let from = 0
  for (const [nth, { text }] of lines.entries()) {
    open.push(quote !== '')
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at] ?? ''
      if (quote === '' && sign === '#' && /^[ \t]?$/.test(text[at - 1] ?? '')) break
      if (sign === '\\' && quote !== "'") at += 1
      else if (sign === quote) quote = ''
      else if (quote === '' && /["'`]/.test(sign)) [quote, from] = [sign, nth]
    }
  }
  if (quote !== '') open[from] = true
  return open
}
