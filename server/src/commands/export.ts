export function addExport(): void {}
