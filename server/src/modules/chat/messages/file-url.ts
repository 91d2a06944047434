/** Returns the URL of a file, for users who may see it. */
export const fileUrl = (file: { id: string; filename: string }) =>
  `/api/uploads/${file.id}/${encodeURIComponent(file.filename)}`
