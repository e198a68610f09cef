import type { Gate } from '../core/policy/gates.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** Renders what people can do about a closed gate, each with whom to ask and what to type. */
export function renderMissing({ missing = [] }: Pick<Gate, 'missing'>, stream: Pick<Stream, 'color'>): readonly string[] {
  const color = paint(stream)
  return missing.map(({ text, owner, command }) => {
    const who = owner === undefined ? '' : ` (${color.cyan(clean(owner))})`
    return `      ${clean(text)}${who}${command === undefined ? '' : color.dim(`  ${clean(command)}`)}`
  })
}
