import { mutationsOf, type Mutation } from './mutation.ts'

/** The SDK: what it measures and what it runs beside an answer. */
export const SDK: readonly Mutation[] = [
  ...mutationsOf('sdk/meter.ts', ['sdk/meter'], {
    'a rejection is no failure': ["        () => end(call, 'error'),\n", "        () => end(call, 'ok'),\n"],
    'a throw is not counted': ["      end(call, 'error')\n      throw thrown", '      throw thrown'],
    'what ends late is counted twice': ['    if (call.isOver) return\n', ''],
    'a promise that never settles is nothing': ["      end(call, 'timeout')\n", ''],
    'made-up names are all counted apart': ['toggles.size >= NAMES && ', 'toggles.size < 0 && '],
  }),
  ...mutationsOf('sdk/shadows.ts', ['sdk/shadows'], {
    'what writes runs beside the old way': ['return writes !== true', 'return true'],
    'as many shadows run as there are calls': ['if (underWay >= most) return meter.skipped()', ''],
    'a shadow that never settles frees its place': ["      count('timeout')\n", "      count('timeout')\n      underWay -= 1\n"],
    'the new way that fails alone is the same': ["return hasFailed ? 'error' : 'different'", "return hasFailed ? 'same' : 'different'"],
  }),
  ...mutationsOf('sdk/compile.ts', ['sdk/shadows'], {
    'a share with an option counts': ['word && Object.keys(word.options).length === 0', 'word'],
  }),
]
