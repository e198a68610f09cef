import { FunctionExpressionType, JSONPathEnvironment, type FilterFunction } from 'json-p3'
import { parsePattern, type Pattern } from './pattern.ts'

/**
 * JSONPath (RFC 9535) whose `match()` and `search()` take time that grows with the text and no faster: those of the
 * library are JavaScript's, which thirty letters can hold up for a minute, and nothing else happens meanwhile.
 */
export const jsonPath = new JSONPathEnvironment()
jsonPath.functionRegister.set('match', testing('fits'))
jsonPath.functionRegister.set('search', testing('isIn'))

/** Returns a function of the filter language; no text, or no pattern, matches nothing (RFC 9535, 2.4.6 and 2.4.7). */
function testing(how: keyof Pattern): FilterFunction {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call: (text: unknown, written: unknown): boolean =>
      typeof text === 'string' && typeof written === 'string' && parsePattern(written)?.[how](text) === true,
  }
}
