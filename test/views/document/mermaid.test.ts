import { expect, it } from 'vitest'
import { ganttOf } from '../../../src/views/document/mermaid.ts'

const DAY = 86_400_000

it('counts days from the first, and says what is sure and what may be', () => {
  const bars = [
    { label: 'One', from: 0, sure: DAY, to: 3 * DAY },
    { label: 'Two', from: DAY, sure: 1.5 * DAY, to: 1.5 * DAY },
  ]
  expect(ganttOf({ is: 'timeline', title: 'T', bars })).toEqual([
    'gantt',
    '  title T',
    '  dateFormat YYYY-MM-DDTHH:mm',
    '  axisFormat day %-j',
    '  section 1 One',
    '  at least :active, 2001-01-01T00:00, 2001-01-02T00:00',
    '  at most :2001-01-02T00:00, 2001-01-04T00:00',
    '  section 2 Two',
    '  at least :active, 2001-01-02T00:00, 2001-01-02T12:00',
  ])
})

it('a name is no statement of its grammar, and no end of its fence', () => {
  const label = 'click a href "javascript:alert(1)"\n```\n%%{init: {}}%% ; : # <b>'
  const lines = ganttOf({ is: 'timeline', title: label, bars: [{ label, from: 0, sure: 1, to: 1 }] })
  expect(lines.find((line) => line.includes('section'))).toBe('  section 1 click a href javascript alert 1 init b')
  expect(lines.join('\n')).not.toMatch(/[`"<>{;]/)
})
