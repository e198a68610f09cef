import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { code, commands, heading, listBlock, note, paragraph, strong, table } from '../../../src/views/document/block.ts'
import { html } from '../../../src/views/document/html.ts'

/** A page in which every place that takes a text has this one. */
function page(text: string): string {
  const bars = [{ label: text, from: 0, sure: 1, to: 2 }]
  const line = (name: string) => ({ name, stepped: true, points: [{ at: 0, value: 1 }] })
  const curves = { is: 'curves', axis: 'time', title: text, until: 5, top: 2, format: () => text } as const
  const marks = [{ at: 3, label: text }]
  const limits = [{ tone: 'critical', value: 1, label: text }] as const
  const blocks = [
    heading(text),
    paragraph(text, code(text), strong(text), { link: text, to: 'https://example.com/' }),
    note('note', text),
    listBlock([text], 'tasks'),
    table([text], [[text]]),
    commands(text),
    { is: 'chart', chart: { is: 'timeline', title: text, bars } } as const,
    { is: 'chart', chart: { ...curves, lines: [line(text)], limits, marks } } as const,
    { is: 'chart', chart: { ...curves, lines: [line(text), line(text)], limits: [], marks } } as const,
  ]
  return html({
    title: text,
    lead: text,
    facts: [[text, text]],
    documents: [
      { id: 'a', title: text, lead: text, blocks },
      { id: 'b', title: text, lead: text, blocks: [] },
    ],
  })
}

/** The tags of a page, attributes and all. */
function tagsOf(text: string): readonly string[] {
  return [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'))
}

describe('a page', () => {
  it('has the same tags and attributes whatever is written in it', () => {
    const quiet = tagsOf(page('x'))
    expect(quiet.length).toBeGreaterThan(100)
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', 's', '-', '!', ']', '\n', '\u2028') }),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tagsOf(page(text))).toEqual(quiet)
      }),
    )
    for (const text of ['<script>alert(1)</script>', '" onload="alert(1)', "' onload='x", '</style><script>', '--><script>', '<![CDATA['])
      expect(tagsOf(page(text))).toEqual(quiet)
  })

  it('runs nothing and loads nothing', () => {
    const text = page('x')
    expect(text).not.toMatch(/<script|\son\w+=|<link|<img|<iframe|@import|url\(/i)
    expect(text).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`)
    expect([...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, to]) => to)).toEqual(['#a', '#b', 'https://example.com/'])
  })

  it('has what a printer and the dark need', () => {
    const text = page('x')
    for (const part of ['@media print', '@page', 'light-dark(', 'break-inside: avoid', 'lang="en"', 'viewport'])
      expect(text).toContain(part)
  })

  it('a link to another document is one to its chapter', () => {
    const blocks = [paragraph({ link: 'B', to: 'b.md' }, { link: 'C', to: 'c.md' })]
    const text = html({
      title: 't',
      lead: 'l',
      facts: [],
      documents: [
        { id: 'a', title: 'A', lead: '', blocks },
        { id: 'b', title: 'B', lead: '', blocks: [] },
      ],
    })
    expect(text).toContain('<a href="#b">B</a><a href="c.md">C</a>')
  })

  it('keeps the blanks of code, and no line but its own', () => {
    expect(
      html({ title: 't', lead: '', facts: [], documents: [{ id: 'a', title: 'A', lead: '', blocks: [commands('a   # b', 'c\nd')] }] }),
    ).toContain('<pre><code>a   # b\nc\\x0ad</code></pre>')
  })
})
