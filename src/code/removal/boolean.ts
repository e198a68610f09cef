import { unwrapped } from './shape.ts'

/** Tells whether an expression is true or false and nothing else, whatever it is made of: `!a`, `a === b`. */
export function isBoolean(node: unknown): boolean {
  const found = unwrapped(node)
  const operator = String(found?.['operator'])
  switch (found?.type) {
    case 'UnaryExpression':
      return operator === '!'
    case 'BinaryExpression':
      return COMPARES.test(operator)
    case 'LogicalExpression':
      return isBoolean(found['left']) && isBoolean(found['right'])
    default:
      return found?.type === 'BooleanLiteral'
  }
}

const COMPARES = /^(?:[!=]==?|[<>]=?|in|instanceof)$/
