import { z } from 'zod'
import { type Ctx, callerKey } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'

const Answer = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })) })

/**
 * Vectors of these texts, in their order, by OpenAI's embeddings protocol, which Ollama, vLLM and others speak too
 * (platform.openai.com/docs/api-reference/embeddings). Null where the installation has no such model. Throws 502.
 */
export async function embed(ctx: Ctx, texts: string[]): Promise<number[][] | null> {
  const { embeddings } = ctx.services.config
  if (!embeddings) return null
  const { status, body } = await ctx.services.outbound.fetch(`${embeddings.url}/embeddings`, {
    key: callerKey(ctx),
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(embeddings.apiKey && { authorization: `Bearer ${embeddings.apiKey}` }),
    },
    body: JSON.stringify({ model: embeddings.model, input: texts }),
    timeoutMs: 60_000,
    maxBytes: 64 * 1024 * 1024,
  })
  const answer = status === 200 ? Answer.safeParse(JSON.parse(body.toString())) : null
  if (!answer?.success || answer.data.data.length !== texts.length) {
    throw new AppError(
      502,
      'embedding_failed',
      `The embedding model answered ${status} with something else than vectors.`,
    )
  }
  return answer.data.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
}
