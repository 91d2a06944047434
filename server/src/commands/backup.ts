export function addBackup(): void {}
