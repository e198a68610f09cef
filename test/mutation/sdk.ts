import { mutationsOf, type Mutation } from './mutation.ts'

const TOGGLES = ['sdk/toggles']
const HOT = ['sdk/hot-file', 'sdk/toggles']

/** The SDK: what it answers, what it measures and what it runs beside an answer. */
export const SDK: readonly Mutation[] = [
  ...mutationsOf('sdk/meter.ts', ['sdk/meter'], {
    'a rejection is no failure': ["        () => end(call, 'error'),\n", "        () => end(call, 'ok'),\n"],
    'a throw is not counted': ["      end(call, 'error')\n      throw thrown", '      throw thrown'],
    'what ends late is counted twice': ['    if (call.isOver) return\n', ''],
    'a promise that never settles is nothing': ["      end(call, 'timeout')\n", ''],
    'made-up names are all counted apart': ['toggles.size >= NAMES && ', 'toggles.size < 0 && '],
    'a failure that is no throw is none': ["outcome === 'ok' && call.hasFailed ? 'error' : outcome", 'outcome'],
  }),
  ...mutationsOf('sdk/counts.ts', ['sdk/meter'], {
    'a toggle that nobody asks any more is still asked': ['  if (side.evaluations === side.evaluationsRead) return\n', ''],
  }),
  ...mutationsOf('sdk/families.ts', ['sdk/meter', 'sdk/shadows'], {
    'a counter comes to be with its first failure': [
      'OUTCOMES.map((outcome) => ({ outcome, value: outcomes[outcome] }))',
      'OUTCOMES.map((outcome) => ({ outcome, value: outcomes[outcome] })).filter(({ value }) => value > 0)',
    ],
    'comparisons of both ways change places': [
      "answer === 'on' ? compared.new : compared.old",
      "answer === 'on' ? compared.old : compared.new",
    ],
  }),
  ...mutationsOf('sdk/exposition.ts', ['sdk/meter'], {
    'buckets are not cumulative': ['    all += count\n', '    all = count\n'],
    'a quote in a name ends the label': [`.replaceAll('"', '\\\\"')`, ''],
  }),
  ...mutationsOf('sdk/shadows.ts', ['sdk/shadows'], {
    'what writes runs beside the old way': ['return writes !== true', 'return true'],
    'as many shadows run as there are calls': ['if (underWay >= most) return meter.skipped()', ''],
    'a shadow that never settles frees its place': ["      count('timeout')\n", "      count('timeout')\n      underWay -= 1\n"],
    'the new way that fails alone is the same': ["return hasFailed ? 'error' : 'different'", "return hasFailed ? 'same' : 'different'"],
    'a promise is a yes': ["if (isThenable(is)) throw new TypeError('same: gives a promise and not yes or no')", ''],
    'two queries that nobody has begun are equal': [
      'if (isThenable(old) || isThenable(now)) throw',
      'if (isThenable(old) && old === now) throw',
    ],
    'what comes after its time is compared': ["took > timeout ? 'timeout' : outcome", 'outcome'],
    'a shadow that ends late is counted twice': ['      if (isCounted) return\n', ''],
    'the new way runs before the answer is out': [
      '    setTimeout(() => callListener(() => shadow(toggle, meter, ways, old)), 0)\n',
      '    callListener(() => shadow(toggle, meter, ways, old))\n',
    ],
  }),
  ...mutationsOf('sdk/compile.ts', ['sdk/shadows'], {
    'a share with an option counts': ['word && Object.keys(word.options).length === 0', 'word'],
  }),
  ...mutationsOf('sdk/compile.ts', HOT, {
    'a variable that readers do not agree on is believed': ['if (unclear !== undefined) {', "if (unclear === '') {"],
    'a list that cannot be read denies nobody': [
      "if (fromFile === undefined) return 'unreadable'",
      'if (fromFile === undefined) return undefined',
    ],
    'a segment that readers do not agree on counts': ['rule === undefined || source.isUnclear(variable) ?', 'rule === undefined ?'],
    'who is added to a list is no change': ['files.map((file) => file && source.listVersion(file))', 'files'],
  }),
  ...mutationsOf('sdk/rule.ts', TOGGLES, {
    'who is denied has it by a list': [
      '  if (denied !== undefined && denied.has(id)) return DENIED\n  if (users !== undefined && users.has(id)) return LISTED\n',
      '  if (users !== undefined && users.has(id)) return LISTED\n  if (denied !== undefined && denied.has(id)) return DENIED\n',
    ],
    'nobody is denied what everybody has': ['const isForAll = denied === undefined && users', 'const isForAll = users'],
    'whoever has no id is one user': ["if (key === undefined || key === '') return KEYLESS", 'if (key === undefined) return KEYLESS'],
    'who lacks the attribute is divided by the id': [
      'by === undefined ? id : attributeOf(attributes, by)',
      'by === undefined ? id : (attributeOf(attributes, by) ?? id)',
    ],
    'one bucket more is in': ['thresholdOf(exposure) - 1 - 2 ** 31', 'thresholdOf(exposure) - 2 ** 31'],
    'another key divides as the name does': ["saltOf(options['key'] ?? toggle)", 'saltOf(toggle)'],
  }),
  ...mutationsOf('sdk/hot-file.ts', HOT, {
    'half a file is believed': ['if (isDoubtful && !isAgain && !believe) {', 'if (isDoubtful && isAgain && !believe) {'],
    'an empty file takes everything away': ["if (lack === 'all') {", "if (lack === 'all' && good === '') {"],
    'what is written within one tick of the clock is not seen': ["settled = isAgain ? read.version : ''", 'settled = read.version'],
    'what is not UTF-8 is believed': ['fatal: true', 'fatal: false'],
    'a file of any size is read': ['if (size > LIMIT) return', 'if (size < 0) return'],
    'a file that is gone takes its words along': [
      '      seen = undefined\n      problem',
      '      seen = undefined\n      content = undefined\n      problem',
    ],
    'what is good again is still a problem': [
      '    if (read.text === good) {\n      problem = undefined\n',
      '    if (read.text === good) {\n',
    ],
  }),
  ...mutationsOf('sdk/source.ts', HOT, {
    'the environment wins over the file': [
      'file?.content?.variables.get(name) ?? environment.get(name)',
      'environment.get(name) ?? file?.content?.variables.get(name)',
    ],
    'a list that cannot be read is fresh': [
      'file?.problem !== undefined || [...lists.values()].some((list) => list.file.problem !== undefined)',
      'file?.problem !== undefined',
    ],
    'a file without its mark is whole': ["return last.epoch !== undefined && next.epoch === undefined ? 'some' : 'none'", "return 'none'"],
    'a file without one of its names is whole': [
      "next.variables.size === 0 ? 'all' : 'some'",
      "next.variables.size === 0 ? 'all' : 'none'",
    ],
    'half a list is believed': ["(next.size < last.size ? 'some' : 'none')", "'none'"],
    'a list of another kind of file is believed': ["if (text.includes('\\0')) return 'it is not text'", ''],
  }),
  ...mutationsOf('sdk/env-file.ts', ['sdk/env-file'], {
    'an older number is in force': ['Math.max(epochs.get(ownerOf(mark)) ?? 0, mark.epoch)', 'mark.epoch'],
    'what is written twice is clear': ['unclear === undefined ? [] : [name]', 'unclear === undefined ? [name] : []'],
  }),
  ...mutationsOf('sdk/toggles.ts', [...HOT, 'sdk/meter', 'sdk/shadows'], {
    'an answer outlives the file it is from': ['        cell.rule = undefined\n', ''],
    'a bound toggle beyond the remembered ones does not follow': ['[...cells.values(), ...bound]', '[...cells.values()]'],
    'a listener that throws breaks an answer': ['  callListener(() => listener(toggle, id, answer))', '  listener(toggle, id, answer)'],
    'an answer is not counted': ['    if (cell.meter !== undefined) cell.meter.evaluated(answer.isOn)\n', ''],
    'what is no toggle is told': [
      'return text !== undefined && wordIn(source, name, own) ? [[name, text]] : []',
      'return text !== undefined ? [[name, text]] : []',
    ],
    'the new way answers whoever has it off': [
      'return isOn ? ways.new(ignore, NEVER) : ways.old(ignore)',
      'return isOn ? ways.old(ignore) : ways.new(ignore, NEVER)',
    ],
    'it watches on after it was closed': ['      isClosed = true\n      clearTimeout(timer)\n', ''],
    'nobody hears that the file cannot be used': ['    callListener(() => onStale?.(isStale))\n', ''],
  }),
  ...mutationsOf('sdk/problems.ts', HOT, {
    'a problem is told at every look': [
      'if (told.get(subject) === message || (',
      'if ((told.get(subject) === message && message === subject) || (',
    ],
  }),
  ...mutationsOf('sdk/openfeature.ts', ['sdk/openfeature'], {
    'a provider without its file is ready': ['if (this.#toggles.isStale()) throw', 'if (!this.#toggles) throw'],
  }),
  ...mutationsOf('sdk/hook.ts', ['sdk/spans'], {
    'the id of a user is told': ['(key === TelemetryAttribute.CONTEXT_ID && !withId)', 'false'],
  }),
  ...mutationsOf('sdk/spans.ts', ['sdk/spans'], {
    'the id of a user is told': ["...(withId && id !== '' &&", "...(id !== '' &&"],
  }),
  ...mutationsOf('sdk/otlp.ts', ['sdk/otlp'], {
    'points that were rejected are taken': ['response.ok ? rejectedIn(text)', 'response.ok ? undefined'],
    'a secret follows a redirect': ["redirect: 'error'", "redirect: 'follow'"],
    'counters are gains': ['const CUMULATIVE = 2', 'const CUMULATIVE = 1'],
  }),
  ...mutationsOf('sdk/prom-client.ts', ['sdk/prom-client'], {
    'the workers of a cluster were asked last at the sum of their times': ["type === 'gauge' ? 'max' : 'sum'", "'sum'"],
  }),
  ...mutationsOf('core/toggle/words.ts', ['core/toggle/words', ...TOGGLES], {
    'a share may be written in any way': ['return PERCENT.test(text) ? parseExposure(text) : undefined', 'return parseExposure(text)'],
    'an option may be written twice': [' || name in options', ''],
    'what is after the on and off of the plan is not looked at': [
      'if (head === words.on) return { exposure: 100, options }',
      "if (head === 'true') return { exposure: 100, options }",
    ],
  }),
  ...mutationsOf('core/toggle/segment.ts', ['core/toggle/segment', ...TOGGLES], {
    'one condition of a segment is enough': ['return segment.every((condition) => {', 'return segment.some((condition) => {'],
    'everybody ends with nothing': ["    if (values.includes('')) return undefined\n", ''],
    'who has nothing there is one organisation': [
      "if (held === undefined || held === '') return false",
      'if (held === undefined) return false',
    ],
    'two segments choose alike': ['salt: saltOf(name)', "salt: saltOf('')"],
    'what every object has is an attribute': [' || !Object.hasOwn(attributes, name)', ' || !(name in attributes)'],
  }),
  ...mutationsOf('core/toggle/bucket.ts', ['core/toggle/bucket', 'core/toggle/bucket.parity', ...TOGGLES], {
    'half a surrogate pair is hashed as it is': ['+ (next - 0xdc00) : 0xfffd', '+ (next - 0xdc00) : code'],
    'what is no ASCII is hashed as if it were': ['return seen < 0x80 ?', 'return seen < 0x8000 ?'],
    'a share rounds to fewer buckets': ['return Math.ceil((', 'return Math.floor(('],
  }),
]
