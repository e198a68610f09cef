import { describe, expect, it } from 'vitest'
import { removeSetting } from '../../../src/code/removal/settings.ts'

const NAMES = ['FEATURE_X']

describe.each<[language: string, rows: readonly (readonly [before: string, after: string])[]]>([
  [
    'dotenv',
    [
      ['A=1\nFEATURE_X=false\nB=2\n', 'A=1\nB=2\n'],
      ['A=1\r\nexport FEATURE_X = "false" # soon\r\nB=2\r\n', 'A=1\r\nB=2\r\n'],
      ['FEATURE_X=', ''],
      ['A="a\nFEATURE_X=1\nb"\nB="x"\nFEATURE_X=1\n', 'A="a\nFEATURE_X=1\nb"\nB="x"\n'],
      ['FEATURE_X=1\nA=${FEATURE_X}\n', 'FEATURE_X=1\nA=${FEATURE_X}\n'],
      ['FEATURE_X="two\nlines"\n', 'FEATURE_X="two\nlines"\n'],
      [
        '# FEATURE_X=1\nMY_FEATURE_X=1\nFEATURE_X_MORE=1\nA=$FEATURE_X\n',
        '# FEATURE_X=1\nMY_FEATURE_X=1\nFEATURE_X_MORE=1\nA=$FEATURE_X\n',
      ],
    ],
  ],
  [
    'dockerfile',
    [
      ['FROM x\nENV FEATURE_X=false\nRUN y\n', 'FROM x\nRUN y\n'],
      ['ENV FEATURE_X false\nARG FEATURE_X\n', ''],
      ['ENV FEATURE_X=1 \\\n  B=2\n', 'ENV FEATURE_X=1 \\\n  B=2\n'],
      ['ARG FEATURE_X=1\nRUN make $FEATURE_X\n', 'ARG FEATURE_X=1\nRUN make $FEATURE_X\n'],
      ['ENV A=1 FEATURE_X=1\n', 'ENV A=1 FEATURE_X=1\n'],
    ],
  ],
  [
    'yaml',
    [
      ['environment:\n  - A=1\n  - FEATURE_X=false\n', 'environment:\n  - A=1\n'],
      ['environment:\n  - "FEATURE_X=false"\n  - A\n', 'environment:\n  - A\n'],
      ['environment:\n  A: 1\n  FEATURE_X: "false" # soon\n  B: 2\n', 'environment:\n  A: 1\n  B: 2\n'],
      ['env:\n  - name: FEATURE_X\n    value: "true"\n  - name: B\n    value: "1"\n', 'env:\n  - name: B\n    value: "1"\n'],
      [
        'env:\r\n  - name: A\r\n    value: "1"\r\n  - name: FEATURE_X\r\n    value: "true"\r\n',
        'env:\r\n  - name: A\r\n    value: "1"\r\n',
      ],
      ['environment:\n  - FEATURE_X=false\n', 'environment:\n  - FEATURE_X=false\n'],
      ['env: { FEATURE_X: "true", B: 1 }\n', 'env: { FEATURE_X: "true", B: 1 }\n'],
      ['env:\n  A: 1\n  FEATURE_X: |\n    true\n', 'env:\n  A: 1\n  FEATURE_X: |\n    true\n'],
      [
        'env:\n  - name: FEATURE_X\n    valueFrom: { configMapKeyRef: { name: a } }\n  - name: B\n',
        'env:\n  - name: FEATURE_X\n    valueFrom: { configMapKeyRef: { name: a } }\n  - name: B\n',
      ],
      ['run: |\n  FEATURE_X: 1\n  b\n', 'run: |\n  FEATURE_X: 1\n  b\n'],
      ['environment:\n- A\n- FEATURE_X\n', 'environment:\n- A\n'],
      ['labels:\n  - A\n  - FEATURE_X\n', 'labels:\n  - A\n  - FEATURE_X\n'],
      ['env:\n  FEATURE_X: 1\n  B: 1\nif: env.FEATURE_X\n', 'env:\n  FEATURE_X: 1\n  B: 1\nif: env.FEATURE_X\n'],
      ['run: echo $FEATURE_X\n', 'run: echo $FEATURE_X\n'],
    ],
  ],
])('%s', (language, rows) => {
  it.each(rows)('%j', (before, after) => {
    expect(removeSetting(language, before, NAMES)?.text).toBe(after)
  })
})

it('says which line it leaves because it is the only one', () => {
  expect(removeSetting('yaml', 'a:\n  env:\n    FEATURE_X: 1\n', NAMES)?.left).toEqual([
    { line: 3, column: 5, why: 'it is the only one there, or more belongs to it' },
  ])
})

it('leaves in a ConfigMap what is read by its key', () => {
  const text = 'data:\n  FEATURE_X: "true"\n  B: "1"\n'
  expect(removeSetting('yaml', text, NAMES)?.text).toBe('data:\n  B: "1"\n')
  expect(removeSetting('yaml', text, NAMES, { isReferred: true })).toEqual({
    text,
    left: [{ line: 2, column: 3, why: 'it is read by its key: take away first who reads it' }],
  })
})

it('leaves every line while code asks for it', () => {
  expect(removeSetting('dotenv', 'A=1\nFEATURE_X=true\n', NAMES, { isAsked: true })).toEqual({
    text: 'A=1\nFEATURE_X=true\n',
    left: [{ line: 2, column: 1, why: 'code that stays asks for it' }],
  })
})

it('says where the line is afterwards', () => {
  expect(removeSetting('yaml', 'a:\n  FEATURE_X: 1\n  B: 1\nc:\n  FEATURE_X: 1\n', NAMES)?.left).toMatchObject([{ line: 4, column: 3 }])
})

it('knows no other language', () => {
  expect(removeSetting('go', 'FEATURE_X=1\n', NAMES)).toBeUndefined()
})
