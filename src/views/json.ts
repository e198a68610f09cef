import type { Stream } from '../core/values/stream.ts'

/** JSON.stringify escapes the older control characters; these others work on a terminal all the same, or in the log of a CI job. */
const HARMFUL = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Bidi_Control}]|(?<=##)\[/gu

/** The form of every value that is printed. */
export const VERSION = 1

/** Writes one value: with `--json` there is nothing else on stdout. */
export function writeJson(value: unknown, stream: Stream): void {
  stream.write(`${textOf(value, stream)}\n`)
}

/** Writes one value with a list in it, element by element: it may be far longer than anybody wants to hold as text. */
export function writeJsonList(head: object, name: string, values: Iterable<unknown>, stream: Stream): void {
  const open = JSON.stringify(head).slice(0, -1)
  stream.write(`${open}${open === '{' ? '' : ','}${JSON.stringify(name)}:`)
  for (const part of jsonList(values, stream)) stream.write(part.trimEnd())
  stream.write('}\n')
}

/** Yields the text of a list, element by element. */
export function* jsonList(values: Iterable<unknown>, stream: Stream): Generator<string> {
  let separator = '['
  for (const value of values) {
    yield `${separator}\n${textOf(value, stream)}`
    separator = ','
  }
  yield separator === '[' ? '[]\n' : '\n]\n'
}

function textOf(value: unknown, stream: Stream): string {
  const text = JSON.stringify(value, null, stream.tty ? 2 : undefined)
  return text.replaceAll(HARMFUL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
