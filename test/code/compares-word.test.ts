import { describe, expect, it } from 'vitest'
import { comparesWord } from '../../src/code/compares-word.ts'

/** The text around the name of the variable. */
function compares(text: string): boolean {
  const [before = '', behind = ''] = text.split('FEATURE_X')
  return comparesWord(before, behind)
}

describe('a variable whose word is compared', () => {
  it.each([
    `process.env.FEATURE_X === 'true'`,
    `process.env['FEATURE_X'] !== "1"`,
    `(process.env.FEATURE_X ?? 'false') === 'true'`,
    `process.env.FEATURE_X?.toLowerCase() == 'on'`,
    `'true' === process.env.FEATURE_X`,
    `import.meta.env.FEATURE_X === 'true'`,
    `Deno.env.get('FEATURE_X') === 'true'`,
    `os.environ.get("FEATURE_X", "false").lower() == "true"`,
    `os.getenv('FEATURE_X') in ('1', 'true')`,
    `os.environ["FEATURE_X"] == 'True'`,
    `strtobool(os.getenv('FEATURE_X'))`,
    `os.Getenv("FEATURE_X") == "true"`,
    `strconv.ParseBool(os.Getenv("FEATURE_X"))`,
    `"true".equals(System.getenv("FEATURE_X"))`,
    `Boolean.parseBoolean(System.getenv("FEATURE_X"))`,
    `ENV['FEATURE_X'] == 'true'`,
    `ENV.fetch('FEATURE_X', 'false') == 'true'`,
    `getenv('FEATURE_X') === 'true'`,
    `[ "$FEATURE_X" = true ]`,
    `[[ "\${FEATURE_X:-false}" == "true" ]]`,
  ])('%s', (text) => {
    expect(compares(text)).toBe(true)
  })
})

describe('one whose word is handed on, and an answer that is compared', () => {
  it.each([
    `const word = process.env.FEATURE_X`,
    `parseShare(process.env.FEATURE_X)`,
    `process.env.FEATURE_X === otherWord`,
    `process.env.FEATURE_X.endsWith('%')`,
    `toggles.isEnabled('FEATURE_X', user) === 'true'`,
    `client.getStringValue('FEATURE_X', 'false') === 'true'`,
    `openToggles({ env: { FEATURE_X: 'true' } })`,
    `process.env.FEATURE_X = 'true'`,
    `echo "$FEATURE_X"`,
  ])('%s', (text) => {
    expect(compares(text)).toBe(false)
  })
})
