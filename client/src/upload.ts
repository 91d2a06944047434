/** A file to send: bytes, or a `Blob` or `File` as browsers have them. */
export interface Upload {
  file: Blob | ArrayBuffer | Uint8Array
  /** Default: the name of a `File`, otherwise `file`. */
  filename?: string
}

/** The form that an upload is sent as: its file, and the other fields beside it. */
export function formOf({ file, filename, ...fields }: Upload & Record<string, unknown>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  // The copy makes it an array over a buffer of its own, which is what a Blob takes.
  const content = file instanceof Blob ? file : new Blob([file instanceof ArrayBuffer ? file : new Uint8Array(file)])
  const name = filename ?? ('name' in content ? String(content.name) : 'file')
  form.append('file', content, name)
  return form
}
