export function addMigrate(): void {}
