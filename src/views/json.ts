import type { Stream } from '../core/ports.ts'

/** `--json`: one value on stdout and nothing else. */
export function writeJson(value: unknown, stream: Stream): void {
  stream.write(`${JSON.stringify(value, null, stream.tty ? 2 : undefined)}\n`)
}
