// oxlint-disable-next-line no-control-regex -- what must not reach a terminal: CSI and OSC sequences, and the rest of C0 and C1
const CONTROL = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/** They make text read in another order than it is written (unicode.org/reports/tr9). */
const REORDER = /[\u202a-\u202e\u2066-\u2069]/g

/** Text without escape sequences and control characters, fit to be shown: only newlines and tabs stay. */
export function plain(text: string): string {
  return text.replaceAll(CONTROL, '')
}

/** Text without that and without what reorders it, cut to this many UTF-16 units. */
export function cut(text: string, most: number): string {
  const shown = plain(text).replaceAll(REORDER, '')
  return shown.length > most ? `${shown.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : shown
}

/** Returns somebody else's text as one line of at most 300 characters. */
export function plainLine(text: string): string {
  const line = plain(text).replaceAll(REORDER, '').replaceAll(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299).replace(/[\ud800-\udbff]$/, '')}…` : line
}
