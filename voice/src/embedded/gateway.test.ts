import { describeGateway } from '../conformance.ts'
import { overLoopback } from '../conformance/loopback.ts'
import { createEmbeddedGateway } from './gateway.ts'

describeGateway(
  'embedded',
  overLoopback((options) => createEmbeddedGateway(options)),
  { concurrency: 4 },
)
