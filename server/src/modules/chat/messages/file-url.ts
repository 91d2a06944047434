/** Where those who may see a file fetch it. */
export const fileUrl = (file: { id: string; filename: string }) =>
  `/api/uploads/${file.id}/${encodeURIComponent(file.filename)}`
