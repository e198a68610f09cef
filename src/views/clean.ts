import { joinFew } from '../core/values/join-few.ts'

/** What must not reach a terminal: control characters, line ends, and what makes text read in another order than it is written. */
const HARMFUL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu
/** What a runner of GitHub Actions obeys: `##[…]` anywhere in a line, `::…` where it begins one. */
const COMMAND = /(?<=##)\[|^\s*:(?=:[a-z])/gi

/** Returns text from elsewhere (metric errors, reasons, names) on one line: it must not forge a line of a log, colour it, or command whoever reads it. */
export function clean(text: string): string {
  return text.replaceAll(HARMFUL, code).replaceAll(COMMAND, (found) => found.slice(0, -1) + code(found.slice(-1)))
}

/** Names from elsewhere, with commas between them; of many the first ones, and how many more there are. */
export function listed(names: readonly string[]): string {
  return joinFew(names.map(clean))
}

function code(found: string): string {
  return `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`
}
