import { Chalk, type ChalkInstance } from 'chalk'
import type { Stream } from '../core/values/stream.ts'

/** Colours as far as the stream can show them. */
export function paint(stream: Pick<Stream, 'color'>): ChalkInstance {
  return new Chalk({ level: stream.color })
}
