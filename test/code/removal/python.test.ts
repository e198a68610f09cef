import { describe, expect, it } from 'vitest'
import { openGrammars } from '../../../src/adapters/tree/grammars.ts'
import { GRAMMARS } from '../../../src/code/language.ts'
import { removeFromPython } from '../../../src/code/removal/python.ts'

const parse = openGrammars(GRAMMARS, '.').find('python')

function without(text: string, keep: 'on' | 'off', path = 'a.py'): string {
  const parsed = parse?.(text)
  if (!parsed || parsed.fault) throw new Error(`does not parse: ${text}`)
  const end = { names: ['FEATURE_X'], keep, words: { on: 'true', off: 'false' }, asks: ['flag_is_active'] }
  const made = removeFromPython(path, parsed.whole(), text, end).text
  expect(parse?.(made).fault).toBeUndefined()
  return made
}

describe.each<[what: string, before: string, on: string, off: string]>([
  ['if', 'if os.getenv("FEATURE_X") == "true":\n    a()\nb()\n', 'a()\nb()\n', 'b()\n'],
  [
    'if and else',
    'if os.environ.get("FEATURE_X", "false").lower() == "true":\n    a()\n    b()\nelse:\n    # old\n    c()\n',
    'a()\nb()\n',
    '# old\nc()\n',
  ],
  ['not', "if not is_enabled('FEATURE_X', user=user.id):\n    a()\nb()\n", 'b()\n', 'a()\nb()\n'],
  [
    'elif',
    'if os.environ["FEATURE_X"] == "true":\n    a()\nelif x:\n    b()\nelse:\n    c()\n',
    'a()\n',
    'if x:\n    b()\nelse:\n    c()\n',
  ],
  [
    'an early return',
    'def run(a):\n    if flag_is_active("FEATURE_X"):\n        return new(a)\n    b = old(a)\n    return b\n',
    'def run(a):\n    return new(a)\n',
    'def run(a):\n    b = old(a)\n    return b\n',
  ],
  ['the only statement', 'def run():\n    if is_enabled("FEATURE_X"):\n        a()\n', 'def run():\n    a()\n', 'def run():\n    pass\n'],
  ['a value', 'x = 1 if os.getenv("FEATURE_X") in ("1", "true") else 2\n', 'x = 1\n', 'x = 2\n'],
  ['a text of lines', 'if is_enabled("FEATURE_X"):\n    x = """\n  two\n    lines"""\n', 'x = """\n  two\n    lines"""\n', ''],
  ['a word in capitals', 'x = 1 if os.getenv("FEATURE_X").upper().strip() == "TRUE" else 2\n', 'x = 1\n', 'x = 2\n'],
  ['parentheses', 'if (not (os.getenv("FEATURE_X", "false",) == "true")):\n    a()\nb()\n', 'b()\n', 'a()\nb()\n'],
  [
    'a later elif',
    'if x:\n    a()\nelif is_enabled("FEATURE_X"):\n    b()\nelif y:\n    c()\nelse:\n    d()\n',
    'if x:\n    a()\nelse:\n    b()\n',
    'if x:\n    a()\nelif y:\n    c()\nelse:\n    d()\n',
  ],
  [
    'imports',
    'import os\nimport a.b\nfrom c import (\n    d,\n    e,\n)\nimport f  # noqa\n\n\ndef g():\n    return d(a.b) if os.getenv("FEATURE_X") == "true" else e(f)\n',
    'import a.b\nfrom c import (\n    d,\n)\nimport f  # noqa\n\n\ndef g():\n    return d(a.b)\n',
    'from c import (\n    e,\n)\nimport f  # noqa\n\n\ndef g():\n    return e(f)\n',
  ],
  [
    'imports that are named elsewhere, or were never used',
    'import os\nfrom a import b, c, d\n__all__ = ["b"]\nx: "c"\ny = b(c) if os.getenv("FEATURE_X") == "true" else b\n',
    'from a import b, c, d\n__all__ = ["b"]\nx: "c"\ny = b(c)\n',
    'from a import b, c, d\n__all__ = ["b"]\nx: "c"\ny = b\n',
  ],
  ['CRLF', 'if is_enabled("FEATURE_X"):\r\n    a()\r\n    b()\r\nc()\r\n', 'a()\r\nb()\r\nc()\r\n', 'c()\r\n'],
])('%s', (_, before, on, off) => {
  it('keeps on', () => {
    expect(without(before, 'on')).toBe(on)
  })
  it('keeps off', () => {
    expect(without(before, 'off')).toBe(off)
  })
})

it.each([
  'if os.getenv("FEATURE_X") == "1":\n    a()\n',
  'if os.getenv("FEATURE_X"):\n    a()\n',
  'if os.getenv("FEATURE_X") == "true" and b:\n    a()\n',
  'if is_enabled("FEATURE_X", next_user()):\n    a()\n',
  'IS_NEW = os.getenv("FEATURE_X") == "true"\n',
  'if os.getenv("FEATURE_X_MORE") == "true":\n    a()\n',
  'os.environ["FEATURE_X"] = "true"\nif os.getenv("FEATURE_X") == "true":\n    a()\n',
  'os.environ.update(FEATURE_X="true")\nif os.getenv("FEATURE_X") == "true":\n    a()\n',
  'def is_enabled(name):\n    return len(name) > 3\nif is_enabled("FEATURE_X"):\n    a()\n',
  'def numbers():\n    if not flag_is_active("FEATURE_X"):\n        return\n    yield 1\n',
  'x = """if is_enabled("FEATURE_X"):"""\n',
])('leaves %j', (text) => {
  expect([without(text, 'on'), without(text, 'off')]).toEqual([text, text])
})

it('leaves the imports of a package: others import them from there', () => {
  const text = 'import os\nfrom a import b\nx = b if os.getenv("FEATURE_X") == "true" else 2\n'
  expect(without(text, 'off', 'shop/__init__.py')).toBe('import os\nfrom a import b\nx = 2\n')
})
