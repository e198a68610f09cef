import type { Stream } from '../core/values/stream.ts'
import { shellWord } from '../core/values/shell-word.ts'

/** The flags that say which rollout is meant, as they were typed. */
export interface PlanAddress {
  readonly file?: string
  readonly env?: string
}

/**
 * Returns a stream on which every command that is proposed carries the address it was typed with: it can be pasted, and
 * means the same rollout. One place for all texts, whoever writes them: a hint that forgets it means another rollout.
 */
export function addressed(stream: Stream, { file, env }: PlanAddress, verbs: readonly string[]): Stream {
  const flags = [...(file === undefined ? [] : ['-f', file]), ...(env === undefined ? [] : ['-e', env])].map(shellWord).join(' ')
  if (flags === '') return stream
  // One that says it already is left as it is; a proposal ends with its line or its clause, or where the next begins.
  const proposed = new RegExp(String.raw`\brollout (${verbs.join('|')})\b(?![\w-])(?!(?:(?!\brollout )[^;·\n])*? -[ef] )`, 'g')
  return { ...stream, write: (text) => stream.write(text.replaceAll(proposed, `rollout $1 ${flags.replaceAll('$', '$$$$')}`)) }
}
