export function addImport(): void {}
