import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { parseRule } from '../../src/core/values/parse-rule.ts'
import { formatRule } from '../../src/core/values/rule.ts'
import { resolveReferences } from '../../src/core/plan/reference.ts'
import { formatDuration, formatExposure, parseDuration, parseExposure } from '../../src/core/values/units.ts'
import { parseWord, wordFor } from '../../src/core/toggle/words.ts'
import { openToggles } from '../../src/sdk/index.ts'
import { property, type Property } from './property.ts'

/** Words as they are, and what people and machines make of them. */
const part = fc.constantFrom(
  ...[
    ['true', 'false', 'TRUE', 'on', '1', '0', '10', '10%', '0.1%', '100%', '100.00000%', '101%', '00.1%', '1e1%', '-0%', '+5%'],
    ['%', ';', ';;', ';key=a', ';key=', ';seg=a,b', ';hash=flagd2', ';x=1', ';key=a;key=b', '=', ' ', '\t', '\n', '\u00a0', '\u0000'],
    ['.', ',', '٣%', '１０%', '∞%', 'NaN', '__proto__', ';__proto__=1', ';constructor=x', 'constructor'],
  ].flat(),
)
const text = fc.oneof(
  fc.array(part, { maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const OFF_ON = { on: 'true', off: 'false' }

export const words: readonly Property[] = [
  property({
    area: 'words',
    name: 'any text is a word or is none',
    ends: ['a word', 'none'],
    runs: 1000,
    inputs: text,
    check: (written) => {
      const word = parseWord(written)
      const app = openToggles({ env: { F: written, G: written, G_DENY: 'u' }, onProblem: () => undefined })
      if (!word) {
        // What is not understood is never on, for nobody.
        assert.equal(app.isEnabled('F', 'u') || app.isEnabled('F'), false)
        return 'none'
      }
      assert.ok(word.exposure >= 0 && word.exposure <= 100)
      assert.equal(app.isEnabled('F'), word.exposure === 100)
      assert.equal(app.isEnabled('G', 'u'), false)
      if (word.exposure === 0) assert.equal(app.isEnabled('F', 'u'), false)
      // A naive application compares with "true": it must not be on before the end.
      if (written === 'true') assert.equal(word.exposure, 100)
      assert.deepEqual(parseWord(wordFor({ words: OFF_ON }, word.exposure)), { exposure: word.exposure, options: {} })
      return 'a word'
    },
  }),
  property({
    area: 'words',
    name: 'what is written is read back as it was',
    ends: ['as it was'],
    runs: 100,
    inputs: fc.integer({ min: 0, max: 10_000_000 }),
    check: (steps) => {
      const exposure = steps / 1e5
      assert.deepEqual(parseWord(wordFor({ words: OFF_ON }, exposure)), { exposure, options: {} })
      assert.equal(parseExposure(formatExposure(exposure)), exposure)
      return 'as it was'
    },
  }),
  property({
    area: 'words',
    name: 'durations, rules and references',
    ends: ['one of them', 'none'],
    runs: 500,
    inputs: fc.oneof(
      text,
      fc
        .array(
          fc.constantFrom(
            '1',
            '30',
            '.5',
            '9'.repeat(400),
            'ms',
            's',
            'm',
            'h',
            'd',
            'w',
            '> ',
            '<=',
            '<',
            '%',
            ' ',
            '-',
            '${X}',
            '$${',
            '${',
            '}',
            ':-',
            'X',
          ),
          { maxLength: 6 },
        )
        .map((all) => all.join('')),
    ),
    check: (written) => {
      const duration = parseDuration(written)
      if (duration !== undefined) {
        assert.ok(Number.isFinite(duration) && duration >= 0)
        assert.match(formatDuration(duration), /^\d/)
      }
      const rule = parseRule(written)
      if (rule) assert.doesNotMatch(formatRule(rule), /undefined|NaN/)
      const resolved = resolveReferences({ all: written }, { X: 'canary' })
      const hasReference = /(?<!\$)\$\{X(?::-[^}]*)?\}/.test(written)
      if (!written.includes('${')) assert.deepEqual([resolved.value, resolved.secrets.size], [{ all: written }, 0])
      assert.equal(JSON.stringify(resolved.value).includes('canary'), resolved.secrets.size > 0)
      return duration !== undefined || rule || hasReference ? 'one of them' : 'none'
    },
  }),
]
