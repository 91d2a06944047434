import { createReadStream } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { type CsvForm, readRows } from './csv-form.ts'

export interface CountRequest {
  path: string
  form: CsvForm
}
export type CountReply = { rows: number } | { refusal: string }

/** Rows below the header. */
async function count({ path, form }: CountRequest): Promise<CountReply> {
  let rows = -1
  try {
    for await (const _ of readRows(createReadStream(path), form)) rows++
  } catch (error) {
    return { refusal: (error as Error).message }
  }
  return { rows: Math.max(0, rows) }
}

parentPort!.postMessage(await count(workerData as CountRequest))
