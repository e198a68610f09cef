// Keeps the blocks of README.md, docs/reference.md and docs/decisions.md that repeat the program as the program says
// them. `--check` changes nothing and fails when one is old. `--record` runs the demo, and keeps what it printed and a picture of its journal: no two runs are the same, so that
// these are only ever replaced on request.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { draw } from './picture.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const plan = JSON.parse(rollout('schema'))
const phase = JSON.parse(rollout('schema', '--phase-file'))

const BLOCKS = {
  'rollout --help': () => fenced(rollout('--help')),
  'keys of the plan': () => table(['key', 'what'], keysOf(plan)),
  'keys of a toggle': () => table(['key', 'what'], keysOf(plan.properties.toggles.additionalProperties)),
  'keys of a phase': () => table(['key', 'what'], keysOf(phase)),
  'keys of a target': () => adapters('targets'),
  'keys of a metric': () => adapters('metrics'),
  'keys of a channel': () => adapters('notify'),
  // Minutes of work: kept by `npm run bench:decisions -- --write`.
  'bench:decisions': () => fenced(readFileSync(join(root, 'bench/decisions/RESULTS.txt'), 'utf8')),
  'bench:decisions in short': () => readFileSync(join(root, 'bench/decisions/SUMMARY.md'), 'utf8'),
  flags: () => table(['command', 'flag', 'what'], flags()),
}

for (const name of ['README.md', 'docs/reference.md', 'docs/decisions.md']) {
  const file = join(root, name)
  const before = readFileSync(file, 'utf8')
  const repeated = repeat(before, name)
  const after = name === 'README.md' && process.argv.includes('--record') ? record(repeated) : repeated
  if (after === before) continue
  if (process.argv.includes('--check')) {
    console.error(`${name} is not what the program says: node bin/readme.mjs`)
    process.exitCode = 1
  } else writeFileSync(file, after)
}

function repeat(text, file) {
  return text.replaceAll(/(<!-- begin (.*?) -->\n)[^]*?(<!-- end -->)/g, (whole, open, name, end) => {
    if (name === 'demo') return whole
    if (BLOCKS[name] === undefined) throw new Error(`${file} wants a block "${name}" that nobody writes`)
    return `${open}\n${BLOCKS[name]().trim()}\n\n${end}`
  })
}

function rollout(...argv) {
  const { stdout, status, stderr } = spawnSync(process.execPath, ['bin/rollout.cjs', ...argv], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  })
  if (status !== 0) throw new Error(`rollout ${argv.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}

/** The names of this machine mean nothing to a reader. */
function record(text) {
  const said = rollout('demo')
  const folder = /--file (\S+)/.exec(said)[1]
  const journal = join(folder, '.rollout/storefront')
  const files = readdirSync(journal).filter((each) => /^\d{12}\.json$/.test(each))
  const events = files.toSorted().map((each) => JSON.parse(readFileSync(join(journal, each), 'utf8')))
  writeFileSync(join(root, 'docs/rollout.svg'), draw(events))
  rmSync(folder, { recursive: true })
  const lines = said.replaceAll(folder, '/tmp/rollout-demo').replaceAll(`by ${hostname()} pid`, 'by laptop pid').trim().split('\n')
  const phase3 = lines.findIndex((line) => line.includes('advance FEATURE_AI_GENERATION'))
  const shown = [...lines.slice(0, 12), `… ${phase3 - 12} lines like these: the rest of phases 1 and 2 …`, ...lines.slice(phase3)]
  return text.replace(/(<!-- begin demo -->\n)[^]*?(<!-- end -->)/, (_, open, end) => `${open}\n${fenced(shown.join('\n'))}\n\n${end}`)
}

function fenced(text) {
  return `\`\`\`\n${text.trim()}\n\`\`\``
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}

function keysOf({ properties, required = [] }, leave = []) {
  return Object.entries(properties)
    .filter(([key]) => !leave.includes(key))
    .map(([key, value]) => [
      `\`${key}\``,
      [required.includes(key) ? '(needed)' : '', value.description ?? '', valuesOf(value)].filter(Boolean).join(' '),
    ])
}

function valuesOf({ enum: values, default: standard }) {
  const listed = values ? `\`${values.join('` `')}\`` : ''
  const simple = ['string', 'number', 'boolean'].includes(typeof standard) ? `(default \`${standard}\`)` : ''
  return `${listed} ${simple}`.trim()
}

/** What every adapter of the kind takes, once; then what each takes of its own. */
function adapters(kind) {
  const all = plan.properties[kind].additionalProperties.anyOf.filter(({ properties }) => properties.use.const !== undefined)
  const shared = Object.keys(all[0].properties).filter((key) =>
    all.every(({ properties }) => same(properties[key], all[0].properties[key])),
  )
  const own = all.map((each) => `\`use: ${each.properties.use.const}\`\n\n${table(['key', 'what'], keysOf(each, ['use', ...shared]))}`)
  const common =
    shared.length === 0
      ? []
      : [`Every one\n\n${table(['key', 'what'], keysOf({ ...all[0], properties: pick(all[0].properties, shared) }))}`]
  return [...common, ...own].join('\n\n')
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other)
}

function pick(from, keys) {
  return Object.fromEntries(keys.map((key) => [key, from[key]]))
}

function flags() {
  const names = [...rollout('--help').matchAll(/^ {2}([a-z]+) .*\S/gm)].map(([, name]) => name).filter((name) => name !== 'help')
  const rows = names.flatMap((name) => parse(rollout(name, '--help'), 'Options:').map((row) => [`\`${name}\``, ...row]))
  return [...rows, ...parse(rollout('status', '--help'), 'Everywhere:').map((row) => ['every', ...row])]
}

/** The flags below a heading of a help text; long descriptions go on in the next lines. */
function parse(help, heading) {
  const section = help.split(`${heading}\n`)[1]?.split(/\n\n/)[0] ?? ''
  const whole = section.replaceAll(/\n {4,}(?=\S)/g, ' ')
  return [...whole.matchAll(/^ {2}(-\S.*?) {2,}(.*)$/gm)]
    .filter(([, flag]) => !flag.startsWith('-h,'))
    .map(([, flag, about]) => [`\`${flag}\``, about.trim()])
}
