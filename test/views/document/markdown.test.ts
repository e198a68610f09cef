import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { code, commands, heading, listBlock, note, paragraph, strong, table, type Text } from '../../../src/views/document/block.ts'
import { markdown, markdownOf } from '../../../src/views/document/markdown.ts'

describe('text stays text', () => {
  it.each<[given: Text, written: string]>([
    ['plain, even 5 < 6 & a_b', 'plain, even 5 < 6 & a_b'],
    ['<script>alert(1)</script>', '\\<script>alert(1)\\</script>'],
    ['<!-- -->', '\\<!-- -->'],
    ['&lt;b&gt;', '\\&lt;b\\&gt;'],
    ['**bold** _it_ `code`', '\\*\\*bold\\*\\* \\_it\\_ \\`code\\`'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['![x](http://evil/)', '!\\[x\\](http://evil/)'],
    ['~~gone~~ $x$', '\\~\\~gone\\~\\~ \\$x\\$'],
    ['a\n\n# not a heading', 'a # not a heading'],
    ['# not a heading', '\\# not a heading'],
    ['> no quotation', '\\> no quotation'],
    ['- no list', '\\- no list'],
    ['1. no list', '1\\. no list'],
    ['a\u001b[31m\u202eb', 'a\\\\x1b\\[31m\\\\x202eb'],
    ['a\\', 'a\\\\'],
  ])('%j', (given, written) => {
    expect(markdownOf(paragraph(...[given].flat()))).toBe(written)
  })

  it.each([
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a|b', '<code>a\\|b</code>'],
    ['a\\|<img>', '<code>a\\\\\\|\\<img></code>'],
    ['a\nb', '`a b`'],
  ])('as code: %j', (given, written) => {
    expect(markdownOf(paragraph(code(given)))).toBe(written)
  })

  it('a link leads nowhere else than it says', () => {
    expect(markdownOf(paragraph({ link: 'a](b', to: 'x) [y](z>' }))).toBe('[a\\](b](x%29%20%5By%5D%28z%3E)')
  })

  it('a fence is longer than any in it', () => {
    expect(markdownOf(commands('```', '````sh'))).toBe('`````sh\n```\n````sh\n`````')
  })

  it('whatever stands in a cell, a table keeps its columns and no tag begins', () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('|', '\\', '`', '<', 'b', '>', '\n', ' ', '*', '[') }))
    fc.assert(
      fc.property(cell, cell, (one, other) => {
        const lines = markdownOf(table(['a', 'b'], [[one, code(other)]])).split('\n')
        expect(lines).toHaveLength(3)
        const row = lines[2] ?? ''
        // As the parser of GitHub reads it: a backslash takes the next character along.
        expect([...row.matchAll(/\\.|\|/gs)].filter(([found]) => found === '|')).toHaveLength(3)
        const outside = row.replaceAll(/<\/?code>/g, '').replaceAll(/(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
        expect(outside).not.toMatch(/(?<!\\)(?:\\\\)*<[a-z/!?]/i)
      }),
    )
  })
})

it('a document is a title, a lead and its blocks', () => {
  const blocks = [
    heading('One'),
    note('warning', 'mind ', strong('it')),
    listBlock(['a', ['b ', code('c')]], 'tasks'),
    listBlock(['x', 'y'], 'numbers'),
  ]
  expect(markdown({ id: 'd', title: '1. First', lead: 'why', blocks })).toBe(
    '# 1. First\n\nwhy\n\n## One\n\n> [!WARNING]\n> mind **it**\n\n- [ ] a\n- [ ] b `c`\n\n1. x\n2. y\n',
  )
})
