import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import { Unreadable } from '../../core/values/reading.ts'
import { metric } from '../define.ts'
import { instantAt, numberAt, parseDocument } from '../measure/document.ts'
import { spawn } from '../spawn.ts'

/** A command of the user's own that prints a number, or JSON: {"value": 0.01, "samples": 200, "timestamp": 1700000000}. */
export default metric({
  options: z.strictObject({
    run: z.tuple([z.string().min(1)], z.string()).describe('The command as a list of arguments; no shell is involved'),
    pass: z.array(z.string()).default([]).describe('Environment variables it may see besides PATH, HOME and the locale'),
  }),
  read: async (given, { signal, env, folder, timeout = 10_000 }) => {
    const { stdout } = await spawn(given.run, { cwd: folder, env, signal, pass: given.pass, timeout }).catch((thrown: unknown) => {
      if (thrown instanceof RolloutError)
        throw new Unreadable(thrown.code === 'timeout' ? 'timeout' : 'unreachable', thrown.message, { cause: thrown })
      throw thrown
    })
    const text = stdout.trim()
    if (text === '') throw new Unreadable('empty', 'the command printed nothing')
    if (!text.startsWith('{')) return { is: 'value', value: numberAt({ value: text }, 'value') }
    const document = parseDocument(text)
    const has = (key: string): boolean => typeof document === 'object' && document !== null && Object.hasOwn(document, key)
    return {
      is: 'value',
      value: numberAt(document, 'value'),
      ...(has('samples') && { samples: numberAt(document, 'samples') }),
      ...(has('timestamp') && { at: instantAt(document, 'timestamp') }),
    }
  },
})
