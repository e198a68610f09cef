import { expect, it } from 'vitest'
import { fitLines, rowsOf } from '../../src/views/fit.ts'
import { firstThatFit, fitText } from '../../src/views/fit-text.ts'

const line = (text: string, rank: number) => ({ text, rank })

it.each([
  ['abcdef', 4, ['abcd', 'ef']],
  ['', 4, ['']],
  // A wide character takes two columns and is never cut in half.
  ['日本語', 5, ['日本', '語']],
  ['a日本', 2, ['a', '日', '本']],
  ['🙂🙂', 3, ['🙂', '🙂']],
  // What goes on top of a character takes none.
  ['e\u0301e\u0301e', 2, ['e\u0301e\u0301', 'e']],
  // Colours take none, and each row begins with its own and ends without.
  ['\u001b[31mabc\u001b[39m', 2, ['\u001b[31mab\u001b[0m', '\u001b[31mc\u001b[39m']],
  // Narrower than one character: one a row all the same.
  ['日本', 1, ['日', '本']],
])('%j takes its rows in %i columns', (text, columns, rows) => {
  expect(rowsOf(text, columns)).toEqual(rows)
})

it.each([
  ['all of it where there is room', 5, 'name\nwait\nidle 1\nidle 2\nnext\n'],
  ['what ranks first, in the order of the page', 4, 'name\nwait\n  … 2 more lines\nnext\n'],
  ['what ranks first and one of the others', 3, 'name\n  … 3 more lines\nnext\n'],
  ['one line', 1, 'name\n'],
])('a page shows %s', (_, room, page) => {
  const lines = [line('name', 0), line('wait', 1), line('idle 1', 2), line('idle 2', 2), line('next', 0)]
  expect(fitLines(lines, { columns: 10, rows: room + 1 })).toBe(page)
})

it('a page counts the rows that its lines take', () => {
  const lines = [line('0123456789ab', 0), line('x', 1), line('y', 1)]
  expect(fitLines(lines, { columns: 10, rows: 4 })).toBe('0123456789\nab\n  … 2 more lines\n')
})

it('text is cut to the window, and says so', () => {
  expect(fitText('0123456789', { columns: 4, rows: 3 })).toEqual(['0123', '456…'])
  expect(fitText('01234567', { columns: 4, rows: 3 })).toEqual(['0123', '4567'])
})

it('of blocks those are shown that fit, and at least one', () => {
  const linesOf = (text: string) => text.split(' ')
  expect(firstThatFit(['a', 'b c', 'd'], linesOf, { columns: 9, rows: 3 })).toEqual({ shown: ['a', 'b c'], more: 1 })
  expect(firstThatFit(['a b c', 'd'], linesOf, { columns: 9, rows: 2 })).toEqual({ shown: ['a b c'], more: 1 })
  expect(firstThatFit([], linesOf, { columns: 9, rows: 2 })).toEqual({ shown: [], more: 0 })
})
