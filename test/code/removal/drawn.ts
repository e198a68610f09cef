import fc from 'fast-check'

/* Programs drawn at random: every way to ask, nested in every statement and expression, between calls that are told. */

const ASKS = [
  `isEnabled('FEATURE_X')`,
  `isEnabled('FEATURE_X', a)`,
  `process.env.FEATURE_X === 'true'`,
  `(process.env.FEATURE_X ?? 'false') !== 'false'`,
  `isOn(b)`,
  'isNew',
  '!isNew',
]
const PLAIN = ['a', 'b', '1', `'text'`, 'other', 'call(1, a)', 'call(2, b)', 'x', '[a]', '({ a, isNew })', 'null']

interface Drawn {
  readonly expression: string
  readonly statement: string
}

const { expression, statement } = fc.letrec<Drawn>((tie: fc.LetrecTypedTie<Drawn>) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...PLAIN),
    fc.constantFrom(...ASKS),
    tie('expression').map((of) => `!(${of})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `((${left}) ?? (${right}))`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([test, yes, no]) => `(${test}) ? (${yes}) : (${no})`),
    fc.tuple(tie('expression'), tie('expression')).map(([one, two]) => `[${one}, ...[${two}]]`),
    tie('expression').map((of) => `\`\${${of}} \${isNew}\``),
    tie('expression').map((of) => `call(3, ${of})`),
    tie('expression').map((of) => `((isNew) => isNew)(${of})`),
  ),
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('expression').map((of) => `call(4, ${of})`),
    tie('expression').map((of) => `;(${of})`),
    tie('expression').map((of) => `x = ${of}`),
    tie('expression').map((of) => `const y = ${of}\ncall(5, y)`),
    tie('expression').map((of) => `return ${of}`),
    fc.tuple(tie('expression'), tie('statement')).map(([test, then]) => `if (${test}) {\n${then}\n}`),
    fc
      .tuple(tie('expression'), tie('statement'), tie('statement'))
      .map(([test, then, not]) => `if (${test}) {\n${then}\n} else {\n${not}\n}`),
    fc
      .tuple(tie('expression'), tie('statement'), tie('expression'), tie('statement'))
      .map(([one, then, two, not]) => `if (${one}) {\n${then}\n} else if (${two}) {\n${not}\n}`),
    fc.tuple(tie('statement'), tie('statement')).map(([one, two]) => `{\n${one}\n}\n{\n${two}\n}`),
    fc.tuple(tie('expression'), tie('statement')).map(([test, then]) => `for (const z of [1, 2]) {\nif (${test}) continue\n${then}\n}`),
    fc
      .tuple(tie('statement'), tie('statement'))
      .map(([one, two]) => `switch (process.env.FEATURE_X) {\ncase 'true': {\n${one}\nbreak\n}\ndefault:\n{\n${two}\n}\n}`),
  ),
}))

/** A module that exports `run(a, b)`. */
export const drawnProgram: fc.Arbitrary<string> = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 4 }), expression)
  .map(([statements, last]) => {
    const body = statements.map((each, nth) => (each.startsWith('const') && nth > 0 ? `{\n${each}\n}` : each)).join('\n')
    return `import { isEnabled, bind } from 'rolloutctl/sdk'
import { call } from './calls'

const isNew = isEnabled('FEATURE_X')
const isOn = bind('FEATURE_X')

export function run(a, b) {
let x = 0
const other = isEnabled('FEATURE_OTHER')
${body}
return [x, ${last}]
}
`
  })
