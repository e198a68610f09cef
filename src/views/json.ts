import type { Stream } from '../core/ports.ts'

/** JSON.stringify escapes the older control characters; these others work on a terminal all the same, or in the log of a CI job. */
const HARMFUL = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Bidi_Control}]|(?<=##)\[/gu

/** `--json`: one value on stdout and nothing else. */
export function writeJson(value: unknown, stream: Stream): void {
  const text = JSON.stringify(value, null, stream.tty ? 2 : undefined)
  stream.write(`${text.replaceAll(HARMFUL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`)
}
