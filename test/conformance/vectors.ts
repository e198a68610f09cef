import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bucketOf, murmur3, thresholdOf } from '../../src/core/toggle/bucket.ts'
import { openToggles } from '../../src/sdk/toggles.ts'
import { BUCKETS, DECISIONS, FILES, NO_WORDS, PUBLISHED, textOf, WORDS } from './cases.ts'

/** What another implementation of the env contract is tested against; it ships in the package as `rolloutctl/vectors.json`. */
const path = join(import.meta.dirname, '../../conformance/vectors.json')

export function written(): string {
  return readFileSync(path, 'utf8')
}

/** One case a line; ASCII only, so that a lone surrogate is written as the escape it is. */
export function made(): string {
  const sections: Readonly<Record<string, readonly unknown[]>> = {
    hashes: PUBLISHED.map(([text]) => ({ text, hash: murmur3(text) })),
    buckets: BUCKETS.map(([key, id]) => ({ key, id, bucket: bucketOf(key, textOf(id)) })),
    words: [
      ...WORDS.map(([text, exposure, options = {}]) => ({ text, valid: true, exposure, threshold: thresholdOf(exposure / 1e5), options })),
      ...NO_WORDS.map((text) => ({ text, valid: false })),
    ],
    decisions: DECISIONS.map(({ env, toggle, id, attributes }) => {
      const toggles = openToggles({ env, file: '', onProblem: () => undefined })
      const isOn = toggles.isEnabled(toggle, id === null ? undefined : textOf(id), attributes)
      return { env, toggle, id, ...(attributes && { attributes }), isOn }
    }),
    files: FILES.map(([text, verdict, value, epoch]) => ({ text, verdict, ...(verdict === 'good' && { F: value, epoch }) })),
  }
  const about = [
    'hash: murmur3_x86_32, seed 0, of UTF-8 bytes; a lone surrogate is U+FFFD. bucket: of the bytes of key and id, one behind the other.',
    'An id {repeat, times} is that text so many times. null: no id. exposure: in 1e-5 percent. In: bucket < threshold, unsigned.',
  ]
  const body = Object.entries(sections).map(([name, rows]) => `  ${quote(name)}: [\n${rows.map((row) => `    ${quote(row)}`).join(',\n')}\n  ]`)
  return `{\n  "version": 1,\n  "hash": "flagd2",\n  "about": ${quote(about)},\n${body.join(',\n')}\n}\n`
}

function quote(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

if (process.argv.includes('--write')) writeFileSync(path, made())
