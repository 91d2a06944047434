import type { Ctx } from '../../platform/context.ts'
import { FileResponse } from '../../platform/http/route.ts'
import { decimalsOf } from '../../platform/money.ts'
import { getInvoice } from './invoices.ts'
import type { Invoice } from './schema.ts'

const margin = 56
const columns = { description: margin, amount: 400 }
const amountWidth = 139

/** Returns an invoice as PDF. Throws 404. */
export async function invoicePdf(ctx: Ctx, id: string): Promise<FileResponse> {
  const invoice = await getInvoice(ctx, id)
  return new FileResponse(await draw(invoice), {
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="${invoice.number}.pdf"`,
    'cache-control': 'private, no-store',
  })
}

async function draw(invoice: Invoice): Promise<Buffer> {
  // Loaded when an invoice is drawn, because it takes longer than the start of the server has time for.
  const { default: PDFDocument } = await import('pdfkit')
  const page = new PDFDocument({ size: 'A4', margin, info: { Title: `Invoice ${invoice.number}` } })
  const chunks: Buffer[] = []
  page.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => page.on('end', resolve))
  const money = (amount: number) => `${amount.toFixed(decimalsOf(invoice.currency))} ${invoice.currency}`
  const day = (instant: string) => new Date(instant).toISOString().slice(0, 10)

  page.font('Helvetica-Bold').fontSize(20).text('Invoice')
  page.moveDown(0.5).font('Helvetica').fontSize(10)
  for (const [name, value] of [
    ['Number', invoice.number],
    ['Date', day(invoice.created_at)],
    ['Due', day(invoice.due_date)],
    ['Period', `${day(invoice.period_start)} to ${day(invoice.period_end)}`],
    ['Status', invoice.paid_at ? `paid on ${day(invoice.paid_at)}` : invoice.status],
  ]) {
    page.text(`${name}: ${value}`)
  }
  page.moveDown(2)
  const row = (description: string, amount: string) => {
    const { y } = page
    page.text(amount, columns.amount, y, { width: amountWidth, align: 'right' })
    page.text(description, columns.description, y, { width: columns.amount - margin })
    page.moveDown(0.5)
  }
  for (const { description, quantity, amount } of invoice.lines) {
    row(quantity === 1 ? description : `${quantity} × ${description}`, money(amount))
  }
  page.font('Helvetica-Bold')
  row('Total', money(invoice.amount))
  page.end()
  await ended
  return Buffer.concat(chunks)
}
