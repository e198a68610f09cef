import { expect, it } from 'vitest'
import { parseFile } from '../../src/sdk/file.ts'

it.each<readonly [string, Readonly<Record<string, string>>]>([
  ['', {}],
  ['F=true', { F: 'true' }],
  ['\ufeffF=true\r\nG=10%\r\n', { F: 'true', G: '10%' }],
  ['# F=true\n #F=true\nnot an assignment\n', {}],
  ['\t export F = true \n', { F: 'true' }],
  ['F=10%;key=a # soaking\nG= # off for now\nH=#x\n', { F: '10%;key=a', G: '', H: '#x' }],
  ['F="10%;key=a" # soaking\nG=\'true\'\n', { F: '10%;key=a', G: 'true' }],
  ['F="10%;key=a"\t#"\n', { F: '10%;key=a' }],
  ['F=true\nF=false\n', { F: 'false' }],
  ['A="\nF=inner\n"\nF=true\n', { A: '\nF=inner\n', F: 'true' }],
  ["F=true\nmy.var='\nF=inner\n' # x\n", { F: 'true', 'my.var': '\nF=inner\n' }],
  ['A="say \\"\nF=inner\nx"\nF=true\n', { A: 'say \\"\nF=inner\nx', F: 'true' }],
  ['F="true"false\nG="true\n', { F: '"true"false', G: '"true' }],
  ['__proto__=1\nconstructor=2\n', { ['__proto__']: '1', constructor: '2' }],
])('%j', (text, words) => {
  expect(Object.entries(parseFile(text))).toEqual(Object.entries(words))
})
