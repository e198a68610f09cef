import { Chalk, type ChalkInstance } from 'chalk'
import type { Stream } from '../core/ports.ts'

/** Colours as far as the stream can show them. */
export function paint(stream: Pick<Stream, 'color'>): ChalkInstance {
  return new Chalk({ level: stream.color })
}

/** Text from elsewhere (metric errors, reasons, names) on one line, control characters made visible: it must not forge a line of a log. */
export function clean(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line eslint/no-control-regex -- these are what must not reach a terminal
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
