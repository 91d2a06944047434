/** Returns the name of a file format that is uploaded by mistake, or null. Excel files are ZIP archives, old ones OLE containers. */
export function spreadsheetKind(head: Uint8Array): string | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).toString('latin1')
  if (text.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return 'an old Excel file (.xls)'
  if (!text.startsWith('PK\x03\x04')) return null
  if (text.includes('opendocument.spreadsheet')) return 'an OpenDocument spreadsheet (.ods)'
  return text.includes('[Content_Types].xml') || text.includes('xl/') ? 'an Excel file (.xlsx)' : 'a ZIP archive'
}
