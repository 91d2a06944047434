import { z } from 'zod'
import { type Ctx, callerKey } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'

const EmbeddingsResponse = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })),
})

/**
 * Returns the vectors of the texts, in the same order, or null when no embedding model is configured. Uses OpenAI's
 * embeddings API (platform.openai.com/docs/api-reference/embeddings), which Ollama, vLLM and others implement too. Throws 502.
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
  const response = status === 200 ? EmbeddingsResponse.safeParse(JSON.parse(body.toString())) : null
  if (!response?.success || response.data.data.length !== texts.length) {
    throw new AppError(
      502,
      'embedding_failed',
      `The embedding model responded with status ${status} and without valid vectors.`,
    )
  }
  return response.data.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
}
