import * as z from 'zod'
import { RoutingSchema } from './schema.js'

/**
 * The JSON Schema of `routing.yaml`, for editors: completion, hover texts and checks while typing. Draft 7 is
 * what yaml-language-server knows best. It says less than `doorman check`, which also looks at what the names
 * in the file lead to.
 */
export function routingJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(RoutingSchema, { target: 'draft-7', io: 'input' })
  return { title: 'Doorman: routing.yaml', ...schema }
}
