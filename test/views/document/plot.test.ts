import { expect, it } from 'vitest'
import type { Chart } from '../../../src/views/document/chart.ts'
import { plot, valueAtTime } from '../../../src/views/document/plot.ts'

const chart: Extract<Chart, { is: 'curves' }> = {
  is: 'curves',
  axis: 'time',
  title: 't',
  lines: [
    {
      name: 'A',
      stepped: true,
      points: [
        { at: 0, value: 0 },
        { at: 30_000, value: 100 },
      ],
    },
  ],
  until: 60_000,
  top: 100,
  format: (value) => `${value}%`,
  limits: [],
  marks: [],
}

it('a column is as high as what was there', () => {
  expect(plot(chart)[0]).toBe(`A ${'▁'.repeat(30)}${'█'.repeat(30)} 100%`)
})

it('what lasted for a moment, or was little, is seen; what is not known is not zero', () => {
  const points = [
    { at: 0, value: undefined },
    { at: 10_000, value: 0 },
    { at: 20_100, value: 100 },
    { at: 20_200, value: 0 },
    { at: 40_000, value: 0.1 },
  ]
  const [row] = plot({ ...chart, lines: [{ name: 'A', stepped: true, points }] })
  expect(row).toBe(`A ${'·'.repeat(10)}${'▁'.repeat(10)}█${'▁'.repeat(19)}${'▂'.repeat(20)} 0.1%`)
})

it('marks stand where they happened, with the scale below', () => {
  const lines = plot({
    ...chart,
    marks: [{ at: 30_000, label: 'rollback #7' }],
    limits: [{ tone: 'critical', value: 5, label: 'critical > 5%' }],
  })
  expect(lines.slice(1)).toEqual([
    `  ${' '.repeat(30)}↑${' '.repeat(29)} rollback #7`,
    `  0${' '.repeat(57)}1m`,
    '  ▁ 0 … █ 100% · critical > 5%',
  ])
})

it('between two points a measured value lies between them, a set one stays', () => {
  const points = [
    { at: 0, value: 0 },
    { at: 10, value: 10 },
  ]
  expect(valueAtTime({ name: '', stepped: false, points }, 5)).toBe(5)
  expect(valueAtTime({ name: '', stepped: true, points }, 5)).toBe(0)
  expect(valueAtTime({ name: '', stepped: true, points }, 10)).toBe(10)
  expect(valueAtTime({ name: '', stepped: true, points: [{ at: 3, value: 1 }] }, 2)).toBeUndefined()
})
