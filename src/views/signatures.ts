import { clean } from './clean.ts'

/** A signed approval; `wrong` says why its signature proves nothing. */
export interface SignatureCheck {
  readonly seq: number
  readonly actor: string
  readonly wrong?: string
}

/** Renders how many signatures hold, and a line for each that does not. */
export function renderSignatures(checked: readonly SignatureCheck[]): string {
  if (checked.length === 0) return ''
  const wrong = checked.flatMap(({ seq, actor, wrong: why }) => (why === undefined ? [] : [`✗ #${seq} ${clean(actor)}: ${clean(why)}\n`]))
  return `${wrong.length === 0 ? '✓' : '✗'} ${checked.length - wrong.length} of ${checked.length} signatures hold\n${wrong.join('')}`
}
