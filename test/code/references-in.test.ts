import { describe, expect, it } from 'vitest'
import { openGrammars } from '../../src/adapters/tree/grammars.ts'
import { grammarSyntax } from '../../src/code/grammar-syntax.ts'
import { javascriptSyntax } from '../../src/code/javascript.ts'
import { GRAMMARS, LANGUAGES, languageOf } from '../../src/code/language.ts'
import { referencesIn } from '../../src/code/references-in.ts'
import { isUnparsed, type Syntax } from '../../src/code/syntax.ts'

const WORDS = new Map([
  ['FEATURE_X', 'FEATURE_X'],
  ['FEATURE_X_MORE', 'FEATURE_X_MORE'],
])

function syntaxOf(path: string, text: string): Syntax | undefined {
  const { syntax } = languageOf(path)
  if (syntax === undefined) return undefined
  if (syntax !== 'javascript') return grammarSyntax(openGrammars(GRAMMARS, '.').find(syntax)?.(text).around ?? (() => []))
  const read = javascriptSyntax(path, text)
  return isUnparsed(read) ? undefined : read
}

/** The role of each place, in order. */
function rolesIn(path: string, text: string): readonly string[] {
  const syntax = syntaxOf(path, text)
  return referencesIn({ path, text, language: languageOf(path), ...(syntax && { syntax }) }, WORDS).map(({ role }) => role)
}

describe.each<[path: string, rows: readonly (readonly [text: string, ...roles: readonly string[]])[]]>([
  [
    'a.ts',
    [
      [`if (isEnabled('FEATURE_X', user.id)) go()`, 'asked'],
      [`toggles.isEnabled<Name>(\n  "FEATURE_X",\n)`, 'asked'],
      [`const on = bind('FEATURE_X')`, 'bound'],
      [`toggles.measure('FEATURE_X')`, 'measured'],
      [`toggles.compare('FEATURE_X', user, ways)`, 'measured'],
      [`await client.getBooleanValue('FEATURE_X', false)`, 'asked'],
      [`useFeatureFlag(\`FEATURE_X\`)`, 'asked'],
      [`process.env.FEATURE_X`, 'asked'],
      [`process.env?.FEATURE_X`, 'asked'],
      [`process.env.FEATURE_X!.length`, 'asked'],
      [`process.env['FEATURE_X'] === 'true'`, 'asked'],
      [`import.meta.env.FEATURE_X`, 'asked'],
      [`Deno.env.get('FEATURE_X')`, 'asked'],
      [`'FEATURE_X' in process.env`, 'asked'],
      [`const { FEATURE_X, other } = process.env`, 'asked'],
      [`const { FEATURE_X: on = 'false' } = import.meta.env`, 'asked'],
      [`const { FEATURE_X } = settings`, 'named'],
      [`process.env.FEATURE_X = 'true'`, 'set'],
      [`process.env['FEATURE_X'] ??= 'true'`, 'set'],
      [`delete process.env.FEATURE_X`, 'set'],
      [`vi.stubEnv('FEATURE_X', 'true')`, 'set'],
      [`const f = () => env.FEATURE_X === 'on'`, 'asked'],
      [`export type Name = 'FEATURE_X' | 'FEATURE_X_MORE'`, 'named', 'named'],
      [`// isEnabled('FEATURE_X')`, 'mentioned'],
      [`/* process.env.FEATURE_X */ go()`, 'mentioned'],
      [`throw new Error("isEnabled('FEATURE_X') says no")`, 'mentioned'],
      [`MY_FEATURE_X; FEATURE_X2; $FEATURE_X; FEATURE_X$`, 'named'],
    ],
  ],
  ['a.jsx', [[`const a = <p on={isEnabled('FEATURE_X')}>FEATURE_X is on</p>`, 'asked', 'mentioned']]],
  [
    'a.py',
    [
      [`if os.environ.get("FEATURE_X") == "true":\n    pass`, 'asked'],
      [`x = os.environ['FEATURE_X']`, 'asked'],
      [`x = os.getenv("FEATURE_X", "no")`, 'asked'],
      [`x = env.bool("FEATURE_X", default=False)`, 'asked'],
      [`x = config("FEATURE_X", cast=bool)`, 'asked'],
      [`if "FEATURE_X" not in os.environ:\n    pass`, 'asked'],
      [`if flag_is_active(request, 'FEATURE_X'):\n    pass`, 'asked'],
      [`if settings.FEATURE_X:\n    pass`, 'asked'],
      [`os.environ["FEATURE_X"] = "1"`, 'set'],
      [`monkeypatch.setenv("FEATURE_X", "1")`, 'set'],
      [`x = 1 # os.getenv("FEATURE_X")`, 'mentioned'],
      [`print("set FEATURE_X please")`, 'mentioned'],
      [`NAMES = ["FEATURE_X"]`, 'named'],
    ],
  ],
  [
    'a.go',
    [
      [`package m\nvar a = os.Getenv("FEATURE_X")`, 'asked'],
      [`package m\nvar a, ok = os.LookupEnv("FEATURE_X")`, 'asked'],
      ['package m\ntype C struct { X bool `json:"x" env:"FEATURE_X"` }', 'asked'],
      [`package m\nfunc a(t *testing.T) { t.Setenv("FEATURE_X", "1") }`, 'set'],
      [`package m\n// os.Getenv("FEATURE_X")`, 'mentioned'],
    ],
  ],
  [
    'A.java',
    [
      [`class A { String s = System.getenv("FEATURE_X"); }`, 'asked'],
      [`class A { String s = System.getenv().getOrDefault("FEATURE_X", "no"); }`, 'asked'],
      [`class A { @Value("\${FEATURE_X:false}") boolean x; }`, 'asked'],
      [`class A { /* System.getenv("FEATURE_X") */ }`, 'mentioned'],
      [`class A { String s = "no FEATURE_X here"; }`, 'mentioned'],
    ],
  ],
  ['a.kt', [[`val x = System.getenv("FEATURE_X")`, 'asked']]],
  [
    'a.rb',
    [
      [`x = ENV['FEATURE_X']`, 'asked'],
      [`x = ENV.fetch('FEATURE_X', 'no')`, 'asked'],
      [`if Flipper.enabled?(:FEATURE_X)\nend`, 'asked'],
      [`ENV['FEATURE_X'] = 'true'`, 'set'],
      [`# ENV['FEATURE_X']`, 'mentioned'],
    ],
  ],
  [
    'a.php',
    [
      [`<?php $a = getenv('FEATURE_X');`, 'asked'],
      [`<?php $a = $_ENV['FEATURE_X'] ?? 'no';`, 'asked'],
      [`<?php return ['x' => env('FEATURE_X', false)];`, 'asked'],
      [`<?php putenv('FEATURE_X=1');`, 'set'],
      [`<?php // getenv('FEATURE_X')`, 'mentioned'],
    ],
  ],
  [
    'run.sh',
    [
      [`export FEATURE_X=true`, 'set'],
      [`FEATURE_X=true ./serve`, 'set'],
      [`[ "$FEATURE_X" = true ] && go`, 'asked'],
      ['echo "on: ${FEATURE_X:-false}"', 'asked'],
      [`unset FEATURE_X`, 'set'],
      [`# $FEATURE_X`, 'mentioned'],
    ],
  ],
  [
    'Dockerfile',
    [
      ['ENV FEATURE_X=false', 'set'],
      ['ARG OTHER=1 FEATURE_X=0', 'set'],
      ['RUN echo $FEATURE_X', 'asked'],
      ['# ENV FEATURE_X=1', 'mentioned'],
    ],
  ],
  [
    'compose.yaml',
    [
      ['      - FEATURE_X=false', 'set'],
      ['      FEATURE_X: "false"', 'set'],
      ['      - "FEATURE_X=false"', 'set'],
      ['      - FEATURE_X', 'set'],
      ['      OTHER: ${FEATURE_X:-false}', 'asked'],
      ['      # FEATURE_X: on', 'mentioned'],
    ],
  ],
  [
    'deployment.yml',
    [
      ['        - name: FEATURE_X\n          value: "true"', 'set'],
      ['        - { name: FEATURE_X, value: "true" }', 'set'],
      ['        env: { FEATURE_X: "true" }', 'set'],
      ['          value: {{ .Values.FEATURE_X | quote }}', 'asked'],
      ["        if: ${{ vars.FEATURE_X == 'true' }}", 'asked'],
      ['        run: echo $FEATURE_X', 'asked'],
      ['        run: export FEATURE_X=true && npm start', 'set'],
    ],
  ],
  [
    '.env.production',
    [
      ['FEATURE_X=false', 'set'],
      ['export FEATURE_X = 1', 'set'],
      ['# FEATURE_X=1', 'mentioned'],
      ['A=${FEATURE_X}', 'asked'],
    ],
  ],
  ['web.env', [['FEATURE_X=false', 'set']]],
  [
    'values.json',
    [
      ['{ "FEATURE_X": true }', 'set'],
      ['["FEATURE_X"]', 'named'],
    ],
  ],
  [
    'Makefile',
    [
      ['run: ; FEATURE_X=1 ./x', 'set'],
      ['\techo $(FEATURE_X)', 'asked'],
    ],
  ],
  ['App.vue', [[`<p v-if="isEnabled('FEATURE_X')">`, 'asked']]],
  ['main.rs', [[`let on = std::env::var("FEATURE_X");`, 'asked']]],
  ['README.md', [['Set `FEATURE_X=true`.', 'mentioned']]],
])('%s', (path, rows) => {
  it.each(rows)('%s', (text, ...roles) => {
    expect(rolesIn(path, text)).toEqual(roles)
  })
})

it('names place, line and who read it', () => {
  const text = `const a = '😀'; isEnabled('FEATURE_X')\r\n\tprocess.env.FEATURE_X\r\n`
  const [one, two] = referencesIn({ path: 'test/a.ts', text, language: languageOf('a.ts') }, WORDS)
  expect(one).toEqual({
    toggle: 'FEATURE_X',
    file: 'test/a.ts',
    line: 1,
    column: 28,
    role: 'asked',
    language: 'typescript',
    by: 'text',
    isTest: true,
    code: `const a = '😀'; isEnabled('FEATURE_X')`,
  })
  expect(two).toMatchObject({ line: 2, column: 14, code: 'process.env.FEATURE_X' })
})

it('shows of a long line what is around the name', () => {
  const text = `${'a'.repeat(5000)} FEATURE_X ${'b'.repeat(5000)}`
  const [{ code } = { code: '' }] = referencesIn({ path: 'a.txt', text, language: languageOf('a.txt') }, WORDS)
  expect(code.length).toBeLessThanOrEqual(160)
  expect(code).toContain('FEATURE_X')
})

it('has a row for each language once', () => {
  expect(new Set(LANGUAGES.map(({ name }) => name)).size).toBe(LANGUAGES.length)
})
