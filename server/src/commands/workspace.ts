export function addWorkspace(): void {}
