import { writeFileSync, mkdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planWithoutToggle } from '../../src/config/without-toggle.ts'
import { ownFolder } from '../helpers/folder.ts'

function without(files: Readonly<Record<string, string>>, toggle = 'FEATURE_X') {
  const folder = ownFolder('rollout-without-')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const { files: changed, problems } = planWithoutToggle(join(folder, 'rollout.yaml'), toggle)
  return { after: Object.fromEntries(changed.map((each) => [relative(folder, each.path), each.after])), problems }
}

describe('a plan without a toggle', () => {
  it.each<[what: string, before: string, after: string]>([
    [
      'in block style, with every comment',
      '# the shop\ntoggles:\n  FEATURE_X: # soon\n    targets: [web]\n    words:\n      on: "1"\n  # the list\n  FEATURE_Y: { targets: [web] }\nphases:\n  - phase: a # first\n    toggles:\n      - FEATURE_X\n      - FEATURE_Y # later\n',
      '# the shop\ntoggles:\n  # the list\n  FEATURE_Y: { targets: [web] }\nphases:\n  - phase: a # first\n    toggles:\n      - FEATURE_Y # later\n',
    ],
    [
      'in flow style',
      'toggles: { FEATURE_W: { targets: [web] }, FEATURE_X: { targets: [web] }, FEATURE_Y: { targets: [web] } }\nphases: [{ phase: a, toggles: [FEATURE_W, FEATURE_X] }, { phase: b, toggles: [ FEATURE_X ] }]\n',
      'toggles: { FEATURE_W: { targets: [web] }, FEATURE_Y: { targets: [web] } }\nphases: [{ phase: a, toggles: [FEATURE_W] }]\n',
    ],
    [
      'with the first of a list',
      'toggles: { FEATURE_X: { targets: [a] }, FEATURE_Y: { targets: [b] } }\nphases: [{ phase: a, toggles: [FEATURE_X, FEATURE_Y] }]\n',
      'toggles: { FEATURE_Y: { targets: [b] } }\nphases: [{ phase: a, toggles: [FEATURE_Y] }]\n',
    ],
    [
      'with a byte order mark and CRLF',
      '\uFEFFtoggles:\r\n  FEATURE_Y: { targets: [web] }\r\n  FEATURE_X: { targets: [web] }\r\nphases:\r\n  - { phase: a, toggles: [FEATURE_X] }\r\n  - { phase: b, toggles: [FEATURE_Y] }\r\n',
      '\uFEFFtoggles:\r\n  FEATURE_Y: { targets: [web] }\r\nphases:\r\n  - { phase: b, toggles: [FEATURE_Y] }\r\n',
    ],
    [
      'as the last line, without an end',
      'phases: [{ phase: a, toggles: [FEATURE_Y] }]\ntoggles:\n  FEATURE_Y: { targets: [web] }\n  FEATURE_X: { targets: [web] }',
      'phases: [{ phase: a, toggles: [FEATURE_Y] }]\ntoggles:\n  FEATURE_Y: { targets: [web] }\n',
    ],
  ])('%s', (_, before, after) => {
    expect(without({ 'rollout.yaml': before })).toEqual({ after: { 'rollout.yaml': after }, problems: [] })
  })

  it('loses the file of a phase of nothing else', () => {
    const files = {
      'rollout.yaml':
        'toggles:\n  FEATURE_X: { targets: [web] }\n  FEATURE_Y: { targets: [web] }\nphases: [phases/1.yaml, phases/2.yaml]\n',
      'phases/1.yaml': 'phase: a\ntoggles: [FEATURE_X]\n',
      'phases/2.yaml': 'phase: b\ntoggles: [FEATURE_X, FEATURE_Y] # both\n',
    }
    expect(without(files).after).toEqual({
      'rollout.yaml': 'toggles:\n  FEATURE_Y: { targets: [web] }\nphases: [phases/2.yaml]\n',
      'phases/1.yaml': undefined,
      'phases/2.yaml': 'phase: b\ntoggles: [FEATURE_Y] # both\n',
    })
  })

  it('is left to people where no phase would be left', () => {
    const { after, problems } = without({
      'rollout.yaml': 'toggles: { FEATURE_X: { targets: [web] } }\nphases: [{ phase: a, toggles: [FEATURE_X] }]\n',
    })
    expect(after).toEqual({})
    expect(problems).toEqual([
      { message: 'the plan has no other phase than those of FEATURE_X', hint: 'delete the plan when nothing is left to roll out' },
    ])
  })
})
