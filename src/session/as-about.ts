import type { Stream } from '../core/values/stream.ts'
import { VERSION, writeJson } from '../views/json.ts'

/** Returns a stream that writes a help text, or the number of the version, as one JSON value. */
export function asAbout(out: Stream): Stream {
  return { ...out, write: (text) => writeJson({ kind: 'about', version: VERSION, text: text.trimEnd() }, out) }
}
