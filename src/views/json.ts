import type { Stream } from '../core/values/stream.ts'

/** JSON.stringify escapes the older control characters; these others work on a terminal all the same, or in the log of a CI job. */
const HARMFUL = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Bidi_Control}]|(?<=##)\[/gu

/** `--json`: one value on stdout and nothing else. */
export function writeJson(value: unknown, stream: Stream): void {
  stream.write(`${textOf(value, stream)}\n`)
}

/** One value as well, a list, written element by element: it may be far longer than anybody wants to hold as text. */
export function writeJsonList(values: Iterable<unknown>, stream: Stream): void {
  let separator = '['
  for (const value of values) {
    stream.write(`${separator}\n${textOf(value, stream)}`)
    separator = ','
  }
  stream.write(separator === '[' ? '[]\n' : '\n]\n')
}

function textOf(value: unknown, stream: Stream): string {
  const text = JSON.stringify(value, null, stream.tty ? 2 : undefined)
  return text.replaceAll(HARMFUL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
