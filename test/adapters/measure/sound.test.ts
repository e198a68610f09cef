import { expect, it } from 'vitest'
import { checkMeasured } from '../../../src/adapters/measure/sound.ts'
import type { Measured, Measures } from '../../../src/core/values/reading.ts'

const FAILURES: Measured = { is: 'ratio', bad: { a: 1 }, total: { a: 10 } }
const LATENCY: Measured = { is: 'quantile', quantile: 0.9, buckets: { '0.1': { a: 9 }, '+Inf': { a: 10 } } }
const GROUPED: Measured = { ...FAILURES, groups: { on: { bad: {}, total: { a: 5 } }, off: { bad: { a: 1 }, total: { a: 5 } } } }

it.each<[what: string, measured: Measured, declared?: Measures]>([
  ['a number', { is: 'value', value: 0.5, at: 1, samples: 0, note: 'x' }, { what: 'gauge' }],
  ['a difference', { is: 'value', value: -0.5 }],
  ['failures', FAILURES, { what: 'failures', groups: 1 }],
  ['failures of two groups', GROUPED, { what: 'failures', groups: 2 }],
  ['failures of two groups while nobody has it', FAILURES, { what: 'failures', groups: 2 }],
  ['latency', LATENCY, { what: 'latency', groups: 1, quantile: 0.9 }],
])('%s is a reading', (_, measured, declared) => {
  expect(checkMeasured(measured, declared)).toBe(measured)
})

it.each<[what: string, measured: unknown, said: string, declared?: Measures]>([
  ['nothing', undefined, 'read() must be a reading, such as { is: "value", value: 1 }, not nothing'],
  ['a number alone', 5, 'value: 1 }, not 5'],
  ['of no kind', { is: 'rate', value: 1 }, 'value: 1 }, not {"is":"rate","value":1}'],
  ['a text', { is: 'value', value: '5' }, 'its value must be a number, not "5"'],
  ['a note of its own kind', { is: 'value', value: 5, note: 5 }, 'its note must be a text, not 5'],
  ['failures that are a number', { is: 'ratio', bad: 5, total: { a: 10 } }, 'its counts must be an object, not 5'],
  ['requests that are not there', { is: 'ratio', bad: { a: 1 } }, 'its counts must be an object, not nothing'],
  ['a bucket that is a number', { ...LATENCY, buckets: { '+Inf': 5 } }, 'its counts must be an object, not 5'],
  ['buckets that are not there', { is: 'quantile', quantile: 0.9 }, 'its counts must be an object, not nothing'],
  ['a time in seconds', { is: 'value', value: 5, at: 1_796_059_000 }, 'its time must be in milliseconds, not 1796059000'],
  ['NaN', { is: 'value', value: Number.NaN }, 'the value is NaN'],
  ['no end', { is: 'value', value: Number.POSITIVE_INFINITY }, 'the value is Infinity'],
  ['fewer samples than none', { is: 'value', value: 5, samples: -1 }, 'the number of samples is -1'],
  ['a time that is none, which is never too old', { is: 'value', value: 5, at: Number.NaN }, 'its time is NaN'],
  ['a process that began at no time', { ...FAILURES, instance: { began: Number.NaN } }, 'its process began at NaN'],
  ['failures that are no number', { ...FAILURES, bad: { a: Number.NaN } }, 'the counter a is NaN'],
  ['requests below zero', { ...FAILURES, total: { a: -1 } }, 'the counter a is -1'],
  ['a bucket that is no number', { ...LATENCY, buckets: { '+Inf': { a: Number.NaN } } }, 'the counter a is NaN'],
  [
    'failures for a time',
    FAILURES,
    'measures() says latency, and the reading is of failures',
    { what: 'latency', groups: 1, quantile: 0.9 },
  ],
  [
    'a number for failures',
    { is: 'value', value: 5 },
    'measures() says failures, and the reading is of gauge',
    { what: 'failures', groups: 1 },
  ],
  ['groups that nobody was told of', GROUPED, 'the reading has groups, and measures() does not say so'],
  ['groups where one was told of', GROUPED, 'the reading has groups, and measures() does not say so', { what: 'failures', groups: 1 }],
])('%s is none', (_, measured, said, declared) => {
  // What a file of the user's own returns has no type that could be relied on.
  expect(() => checkMeasured(measured as Measured, declared)).toThrow(said)
})
